/// Byte classes of RFC 9110 section 5.6 and RFC 5234.
///
/// Bit masks rather than tables: a global table costs an initialisation check at every access, a mask is two
/// instructions.
extension UInt8 {
    static var carriageReturn: UInt8 { 0x0D }
    static var lineFeed: UInt8 { 0x0A }
    static var space: UInt8 { 0x20 }
    static var tab: UInt8 { 0x09 }
    static var slash: UInt8 { 0x2F }
    static var colon: UInt8 { 0x3A }

    /// Whether the byte may stand in a token (`tchar`).
    var isToken: Bool {
        // Letters first: nearly every byte of nearly every name is one.
        if (self | 0x20) &- 0x61 < 26 || self == 0x2D { return true }
        // Bits for ! # $ % & ' * + - . 0-9 in the low half, ^ _ ` | ~ in the high one (letters are done).
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x5000_0001_C000_0000
        guard self < 128 else { return false }
        let half = self < 64 ? low : high
        return (half >> UInt64(self & 63)) & 1 == 1
    }

    /// Whether the byte may stand in a field value: HTAB, SP, VCHAR and obs-text.
    var isFieldContent: Bool { (self >= 0x20 && self != 0x7F) || self == .tab }

    /// Whether the byte may stand in a request target: VCHAR but `#`, which would begin a fragment.
    var isTargetContent: Bool { self &- 0x21 < 0x5E && self != 0x23 }

    /// Optional white space: SP or HTAB.
    var isWhitespace: Bool { self == .space || self == .tab }

    var isDigit: Bool { self &- 0x30 < 10 }

    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }

    /// Whether the byte is `unreserved` in a URI (RFC 3986 section 2.3).
    var isUnreserved: Bool {
        isLetter || isDigit || self == 0x2D || self == 0x2E || self == 0x5F || self == 0x7E
    }

    /// The byte with an ASCII capital made small.
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The byte as names are folded: small letters, digits, and `-` for everything else.
    var folded: UInt8 { isLetter ? self | 0x20 : (isDigit ? self : 0x2D) }

    /// The value of a hexadecimal digit, nil for another byte.
    var hexadecimalValue: UInt8? {
        if isDigit { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }
}
