/// A session's id: 128 random bits.
///
/// With a cookie store it opens nothing, it is for logs and keys.
public struct SessionID: Sendable, Hashable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes a new id.
    public init(random: inout some RandomNumberGenerator) {
        high = random.next()
        low = random.next()
    }

    /// Reads 32 hexadecimal digits; nil for anything else.
    init?(text: String) {
        guard text.utf8.count == 32 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (place, byte) in text.utf8.enumerated() {
            guard let digit = hexValue(byte) else { return nil }
            if place < 16 { halves.0 = halves.0 << 4 | UInt64(digit) } else { halves.1 = halves.1 << 4 | UInt64(digit) }
        }
        (high, low) = halves
    }

    /// The id as 32 hexadecimal digits.
    public var text: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(32)
        appendHex(high, to: &text)
        appendHex(low, to: &text)
        return text
    }

    public var description: String { String(decoding: text, as: UTF8.self) }

    /// Half of the id's bits: with an id as random as these are, a place in a table.
    var lowBits: UInt64 { low }

    func append(to bytes: inout [UInt8]) {
        appendBigEndian(high, to: &bytes)
        appendBigEndian(low, to: &bytes)
    }
}
