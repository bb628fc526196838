/// The check of `host [ ":" port ]`, as Host and absolute-form targets carry it (RFC 9110 section 7.2, RFC 3986 3.2).
///
/// Stricter than the grammar in two points no real client needs: no percent-encoding, and no comma, which some origins
/// take for a list.
enum Authority {
    /// The part of the range that is the host (an IPv6 address with its brackets), nil if the authority is malformed.
    static func host(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        guard let first = range.first else { return nil }
        var end = range.lowerBound
        if bytes[first] == 0x5B {
            while end < range.upperBound, bytes[end] != 0x5D { end += 1 }
            guard end < range.upperBound, isIPv6(bytes.extracting((first + 1)..<end)) else { return nil }
            end += 1
        } else {
            while end < range.upperBound, isHostByte(bytes[end]) { end += 1 }
            guard end > range.lowerBound else { return nil }
        }
        guard isPort(bytes, end..<range.upperBound) else { return nil }
        return range.lowerBound..<end
    }

    /// `unreserved` and `sub-delims` without the comma.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        if byte.isUnreserved { return true }
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="):
            return true
        default: return false
        }
    }

    /// Nothing, or a colon and a number up to 65535; the number may be missing (RFC 3986 section 3.2.3).
    private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return true }
        guard bytes[range.lowerBound] == .colon, range.count <= 6 else { return false }
        var port = 0
        for index in range.dropFirst() {
            guard bytes[index].isDigit else { return false }
            port = port * 10 + Int(bytes[index] - 0x30)
        }
        return port <= 65535
    }

    /// Eight groups of up to four digits, `::` for one run of zero groups, the last two perhaps as an IPv4 address.
    private static func isIPv6(_ text: Span<UInt8>) -> Bool {
        var groups = 0
        var isShortened = false
        var index = 0
        while index < text.count {
            if text[index] == .colon {
                guard index + 1 < text.count, text[index + 1] == .colon, !isShortened else { return false }
                isShortened = true
                index += 2
                // A third colon would be read as the start of a group that has none.
                if index < text.count, text[index] == .colon { return false }
                continue
            }
            var end = index
            while end < text.count, text[end].hexadecimalValue != nil { end += 1 }
            if end < text.count, text[end] == 0x2E {
                guard isIPv4(text.extracting(index..<text.count)) else { return false }
                groups += 2
                index = text.count
                break
            }
            guard end > index, end - index <= 4 else { return false }
            groups += 1
            index = end
            guard index < text.count else { break }
            guard text[index] == .colon, index + 1 < text.count else { return false }
            // Of `::` both colons are for the next turn, of `:` none.
            if text[index + 1] != .colon { index += 1 }
        }
        return isShortened ? groups <= 7 : groups == 8
    }

    private static func isIPv4(_ text: Span<UInt8>) -> Bool {
        var parts = 0
        var digits = 0
        var value = 0
        for index in text.indices {
            let byte = text[index]
            if byte == 0x2E {
                guard digits > 0 else { return false }
                parts += 1
                digits = 0
                value = 0
            } else {
                guard byte.isDigit, digits < 3 else { return false }
                digits += 1
                value = value * 10 + Int(byte - 0x30)
                guard value <= 255 else { return false }
            }
        }
        return parts == 3 && digits > 0
    }
}
