/// Base64 with the alphabet for names in addresses and without padding (RFC 4648 section 5), in its one canonical spelling.
enum Base64URL {
    /// How many characters a number of bytes takes.
    static func length(ofBytes count: Int) -> Int {
        (count * 8 + 5) / 6
    }

    /// Appends the characters for these bytes.
    static func encode(_ bytes: [UInt8], into text: inout [UInt8]) {
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 6 {
                held -= 6
                text.append(character(UInt8(truncatingIfNeeded: bits >> held) & 0x3F))
            }
        }
        if held > 0 { text.append(character(UInt8(truncatingIfNeeded: bits << (6 - held)) & 0x3F)) }
    }

    /// The bytes a range of characters stands for; nil for a foreign character, an impossible length, and for bits after
    /// the last byte that are not zero: they would give one value a second spelling.
    static func decode(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        let whole = range.count / 4
        let rest = range.count % 4
        guard rest != 1 else { return nil }
        let count = whole * 3 + (rest == 0 ? 0 : rest - 1)
        let table = values.span
        var bytes = [UInt8](repeating: 0, count: count)
        var output = bytes.mutableSpan
        var source = range.lowerBound
        var target = 0
        // A foreign character reads as 0xFF; its high bits are gathered and looked at once.
        var foreign: UInt32 = 0
        for _ in 0..<whole {
            let first = UInt32(table[Int(text[source])])
            let second = UInt32(table[Int(text[source + 1])])
            let third = UInt32(table[Int(text[source + 2])])
            let fourth = UInt32(table[Int(text[source + 3])])
            foreign |= first | second | third | fourth
            let bits = first << 18 | second << 12 | third << 6 | fourth
            output[target] = UInt8(truncatingIfNeeded: bits >> 16)
            output[target + 1] = UInt8(truncatingIfNeeded: bits >> 8)
            output[target + 2] = UInt8(truncatingIfNeeded: bits)
            source += 4
            target += 3
        }
        if rest > 0 {
            let first = UInt32(table[Int(text[source])])
            let second = UInt32(table[Int(text[source + 1])])
            let third = rest == 3 ? UInt32(table[Int(text[source + 2])]) : 0
            foreign |= first | second | third
            let bits = first << 18 | second << 12 | third << 6
            output[target] = UInt8(truncatingIfNeeded: bits >> 16)
            if rest == 3 { output[target + 1] = UInt8(truncatingIfNeeded: bits >> 8) }
            guard bits & (rest == 3 ? 0xFF : 0xFFFF) == 0 else { return nil }
        }
        return foreign & 0x80 == 0 ? bytes : nil
    }

    private static func character(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for value: UInt8 in 0..<64 { values[Int(character(value))] = value }
        return values
    }()
}
