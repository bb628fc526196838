/// Base64 with padding, in its one canonical spelling (RFC 4648): Go's `StdEncoding` for values, `URLEncoding` for cookies.
enum Base64 {
    /// The text for bytes, in the ordinary alphabet.
    static func encode(_ bytes: [UInt8]) -> String {
        var text = encodeURL(bytes)
        for place in text.indices {
            if text[place] == UInt8(ascii: "-") { text[place] = UInt8(ascii: "+") }
            if text[place] == UInt8(ascii: "_") { text[place] = UInt8(ascii: "/") }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes for a text in the ordinary alphabet; nil for anything else.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes = Array(text.utf8)
        for place in bytes.indices {
            switch bytes[place] {
            case UInt8(ascii: "+"): bytes[place] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): bytes[place] = UInt8(ascii: "_")
            case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
            default: break
            }
        }
        return decodeURL(bytes.span, 0..<bytes.count)
    }

    /// The text for bytes, in the alphabet for addresses.
    static func encodeURL(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        Base64URL.encode(bytes, into: &text)
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return text
    }

    /// The bytes for a text in the alphabet for addresses; nil for anything else, missing padding too.
    static func decodeURL(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        guard range.count % 4 == 0 else { return nil }
        var end = range.upperBound
        while end > range.lowerBound, range.upperBound - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        return Base64URL.decode(text, range.lowerBound..<end)
    }
}
