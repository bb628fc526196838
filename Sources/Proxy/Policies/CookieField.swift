import HTTP
import LinuxIO

/// Reads and cuts `Cookie` fields; what stays, stays byte for byte and in order (RFC 6265bis §4.2).
enum CookieField {
    /// Whether a pair of this field is one of `names`.
    static func holds(_ value: Span<UInt8>, _ names: CookieNames) -> Bool {
        var pairs = CookiePairs()
        while let pair = pairs.next(value) {
            if pair.hasName, names.contains(value.extracting(pair.name)) { return true }
        }
        return false
    }

    /// Writes the whole line without the pairs of `names`; nothing at all when none is left.
    static func write(_ line: FieldLine, _ bytes: Span<UInt8>, without names: CookieNames, into out: ByteBuffer) {
        let value = bytes.extracting(line.value.range)
        var pairs = CookiePairs()
        var isFirst = true
        while let pair = pairs.next(value) {
            if pair.hasName, names.contains(value.extracting(pair.name)) { continue }
            let segment = trimmed(value, pair.segment)
            if segment.isEmpty { continue }
            if isFirst {
                out.append(bytes.extracting(line.name.range))
                out.append(": ")
            } else {
                out.append("; ")
            }
            out.append(value.extracting(segment))
            isFirst = false
        }
        if !isFirst { out.append("\r\n") }
    }
}
