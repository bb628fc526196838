internal import Glibc

/// A range of IP addresses in CIDR form, `10.0.0.0/8` or `fd00::/8`; a single address is a range of one.
public struct AddressRange: Sendable, Equatable {
    /// The range as it was written.
    public let text: String
    /// The first address's 16 bytes, IPv4 mapped into IPv6, as two big-endian halves.
    private let high: UInt64
    private let low: UInt64
    private let highMask: UInt64
    private let lowMask: UInt64

    /// Why a text is no range of addresses.
    public struct ParseError: Error, Equatable {
        /// What is wrong, as a diagnostic says it.
        public let message: String
    }

    /// Reads a range; an address with bits set behind the prefix is refused, as it is mostly a slip.
    public init(parsing text: String) throws(ParseError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first, let address = Self.bytes(of: first) else {
            throw ParseError(message: "`\(text)` is not an IP address or a range such as `10.0.0.0/8`")
        }
        let isVersion4 = !first.contains(":")
        let longest = isVersion4 ? 32 : 128
        var length = longest
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...longest).contains(given), parts[1].allSatisfy(\.isNumber) else {
                throw ParseError(message: "`/\(parts[1])` is not a prefix length from 0 to \(longest)")
            }
            length = given
        }
        if isVersion4 { length += 96 }
        self.text = text
        (high, low) = Self.halves(address)
        highMask = length >= 64 ? UInt64.max : length == 0 ? 0 : UInt64.max << UInt64(64 - length)
        lowMask = length == 128 ? UInt64.max : length <= 64 ? 0 : UInt64.max << UInt64(128 - length)
        guard high & ~highMask == 0, low & ~lowMask == 0 else {
            throw ParseError(message: "`\(text)` has bits set behind its prefix")
        }
    }

    /// Whether an address lies in the range: 16 bytes, IPv4 as `::ffff:a.b.c.d`.
    ///
    /// Any other count is in no range.
    public func contains(_ address: Span<UInt8>) -> Bool {
        guard address.count == 16 else { return false }
        var first: UInt64 = 0
        var second: UInt64 = 0
        for index in 0..<8 { first = first << 8 | UInt64(address[index]) }
        for index in 8..<16 { second = second << 8 | UInt64(address[index]) }
        return first & highMask == high && second & lowMask == low
    }

    /// Whether an address lies in the range, its 16 bytes given as two big-endian halves.
    public func contains(high: UInt64, low: UInt64) -> Bool {
        high & highMask == self.high && low & lowMask == self.low
    }

    /// The 16 bytes of an address written as text, IPv4 mapped into IPv6; nil if it is none.
    static func bytes(of text: String) -> [UInt8]? {
        var version4 = in_addr()
        if inet_pton(AF_INET, text, &version4) == 1 {
            let bytes = withUnsafeBytes(of: &version4) { Array($0) }
            return [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + bytes
        }
        var version6 = in6_addr()
        guard inet_pton(AF_INET6, text, &version6) == 1 else { return nil }
        return withUnsafeBytes(of: &version6) { Array($0) }
    }

    private static func halves(_ bytes: [UInt8]) -> (UInt64, UInt64) {
        (bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, bytes[8...].reduce(0) { $0 << 8 | UInt64($1) })
    }
}
