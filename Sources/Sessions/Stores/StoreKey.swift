import Crypto

/// Where a store keeps a session: the tag of its token, and the token's SHA-256.
///
/// It leads to the session, but not into it: only who has the token can make it. So what a store holds, or writes into
/// its logs, signs nobody in.
public struct StoreKey: Sendable, Hashable {
    /// Shared by a session's keys before and after renewal; chooses the shard or slot.
    public let tag: UInt64
    private var hash: (UInt64, UInt64, UInt64, UInt64)

    init(hashing token: [UInt8]) {
        var reader = TrailerReader(token.span, length: token.count)
        tag = reader.next(token.span)
        hash = (0, 0, 0, 0)
        // Byte by byte: an array of a digest costs as much as the digest.
        for byte in SHA256.hash(data: token) {
            hash.0 = hash.0 << 8 | hash.1 >> 56
            hash.1 = hash.1 << 8 | hash.2 >> 56
            hash.2 = hash.2 << 8 | hash.3 >> 56
            hash.3 = hash.3 << 8 | UInt64(byte)
        }
    }

    /// What services see as `X-Session-Id`, and logs as the session: half of the hash, as 32 hexadecimal digits.
    ///
    /// It opens nothing, and an operator finds the session by it: the store's key holds it.
    public var id: SessionID { SessionID(high: hash.0, low: hash.1) }

    /// Appends the key as text, `{<tag>}:<hash>`, in hexadecimal digits.
    ///
    /// The braces make a Redis cluster choose the slot by the tag alone.
    public func write(into text: inout [UInt8]) {
        text.append(UInt8(ascii: "{"))
        appendHex(tag, to: &text)
        text.append(UInt8(ascii: "}"))
        text.append(UInt8(ascii: ":"))
        for part in [hash.0, hash.1, hash.2, hash.3] { appendHex(part, to: &text) }
    }

    public static func == (left: StoreKey, right: StoreKey) -> Bool {
        left.tag == right.tag && left.hash == right.hash
    }

    public func hash(into hasher: inout Hasher) {
        // The hash is spread as well as can be already, and nobody chooses it.
        hasher.combine(hash.0)
    }
}
