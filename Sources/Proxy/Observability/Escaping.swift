import LinuxIO

/// Makes any bytes part of a JSON string, or of a quoted word of the combined format.
enum Escaping {
    static func write(_ bytes: [UInt8], into out: ByteBuffer) {
        write(bytes.span, into: out)
    }

    static func write(_ bytes: Span<UInt8>, into out: ByteBuffer) {
        var start = 0
        for index in bytes.indices {
            let byte = bytes[index]
            if byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
            if index > start { out.append(bytes.extracting(start..<index)) }
            start = index + 1
            switch byte {
            case UInt8(ascii: "\""): out.append("\\\"")
            case UInt8(ascii: "\\"): out.append("\\\\")
            default:
                // Bytes over 0x7f are shown one by one as U+00XX: a log line is ASCII, whatever the client sent.
                out.append("\\u00")
                out.appendHex(UInt64(byte), padTo: 2)
            }
        }
        if start < bytes.count { out.append(bytes.extracting(start..<bytes.count)) }
    }
}
