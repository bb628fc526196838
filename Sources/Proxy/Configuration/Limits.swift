public import HTTP

/// How much the client's side may take.
public struct Limits: Sendable, Equatable {
    /// The longest request line in bytes, over it 414; default 16 KiB.
    public var requestLine: Int = 16 * 1024
    /// All field lines of a head together in bytes, over it 431; default 64 KiB.
    public var fields: Int = 64 * 1024
    /// The most field lines of a head, over it 431; default 256.
    public var fieldCount: Int = 256
    /// The most client connections at once; default 100000.
    public var connections: Int = 100_000
    /// The most connections of one client address at once, over it 429; default nil: no limit.
    ///
    /// IPv6 addresses count by their first 64 bits. Trusted proxies and unix sockets are not counted.
    public var perAddress: Int?
    /// What buffers may hold before nothing new is begun, over it 503, in bytes; default nil: no limit.
    public var memory: Int?

    /// The defaults.
    public init() {}

    /// The limits the parser of heads needs.
    public var head: HeadLimits {
        var head = HeadLimits()
        head.requestLine = requestLine
        head.fields = fields
        head.fieldCount = fieldCount
        return head
    }
}
