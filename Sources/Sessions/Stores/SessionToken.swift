/// What the browser's cookie holds when the values live in a server store: 320 random bits, and nothing else.
///
/// The first 64 bits are the session's *tag*: a renewed session keeps it, so that everything a store has of a session can
/// lie in one place (a shard, a slot of a Redis cluster). The other 256 are what nobody can guess. A token is never kept
/// and never logged; a store knows its `key` alone. (The journal keeps, for minutes, those of sessions that left their
/// cookies.)
public struct SessionToken: Sendable, Equatable {
    /// How many characters a token has as a cookie's value: base64url of 40 bytes.
    public static let textLength = 54
    private static let byteCount = 40

    private let bytes: [UInt8]

    /// Makes a token for a new session.
    public init(random: inout some RandomNumberGenerator) {
        self.init(tag: random.next(), random: &random)
    }

    /// Makes a token for a session that gets a new id: the tag of the old one stays.
    public init(renewing key: StoreKey, random: inout some RandomNumberGenerator) {
        self.init(tag: key.tag, random: &random)
    }

    /// Reads a cookie's value; nil for anything but the one spelling of 40 bytes.
    public init?(_ text: Span<UInt8>, _ range: Range<Int>) {
        guard range.count == SessionToken.textLength, let bytes = Base64URL.decode(text, range) else { return nil }
        self.bytes = bytes
    }

    private init(tag: UInt64, random: inout some RandomNumberGenerator) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(SessionToken.byteCount)
        appendBigEndian(tag, to: &bytes)
        for _ in 0..<4 { appendBigEndian(random.next() as UInt64, to: &bytes) }
        self.bytes = bytes
    }

    /// Where a store keeps this token's session.
    public var key: StoreKey { StoreKey(hashing: bytes) }

    /// Appends the cookie's value.
    public func write(into text: inout [UInt8]) {
        Base64URL.encode(bytes, into: &text)
    }
}
