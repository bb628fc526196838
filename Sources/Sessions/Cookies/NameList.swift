/// The list of names in `X-Session-Delete`: separated by commas, space around each is dropped, empty ones are skipped
/// (RFC 9110 section 5.6.1).
///
/// A name that begins with `"` is a JSON string, which can say any name.
enum NameList {
    /// Reads the list.
    ///
    /// - Throws: that a name is too long, not UTF-8, holds a control character, or is a broken JSON string.
    static func parse(_ text: Span<UInt8>, field: String) throws(SaveError) -> [String] {
        let bytes = [UInt8](copying: text)
        var names: [String] = []
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: ",") || isSpace(byte) {
                position += 1
                continue
            }
            if byte == UInt8(ascii: "\"") {
                let (name, end) = try quoted(bytes, from: position, field: field)
                names.append(name)
                position = end
                while position < bytes.count, isSpace(bytes[position]) { position += 1 }
                guard position == bytes.count || bytes[position] == UInt8(ascii: ",") else {
                    throw .malformed(field: field, why: "no comma after a quoted name")
                }
            } else {
                let comma = bytes[position...].firstIndex(of: UInt8(ascii: ",")) ?? bytes.count
                var end = comma
                while isSpace(bytes[end - 1]) { end -= 1 }
                names.append(try plain(bytes[position..<end], field: field))
                position = comma
            }
        }
        for name in names { try SessionChanges.checkName(name, field: field) }
        return names
    }

    private static func quoted(
        _ bytes: [UInt8],
        from start: Int,
        field: String
    ) throws(SaveError) -> (text: String, end: Int) {
        do {
            return try JSONReader.string(in: bytes, from: start)
        } catch {
            throw .malformed(field: field, why: error.description)
        }
    }

    private static func plain(_ bytes: ArraySlice<UInt8>, field: String) throws(SaveError) -> String {
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }), let name = String(validating: bytes, as: UTF8.self)
        else { throw .malformed(field: field, why: "a name holds a control character or is not UTF-8") }
        return name
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }
}
