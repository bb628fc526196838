/// One Redis and how long it may take.
public struct RedisSettings: Sendable, Equatable {
    /// Where it is.
    public var address: RedisAddress
    /// How long a command may take, in nanoseconds, connecting included when there is no connection yet; 1 s.
    public var timeout: UInt64 = 1_000_000_000
    /// A file of certificates (PEM) trusted besides the system's, for `rediss://`; none.
    public var caFile: String?
    /// The first pause after a failure, in nanoseconds; each further one doubles it; 50 ms.
    public var firstPause: UInt64 = 50_000_000
    /// The longest pause after failures, in nanoseconds; 1 s.
    public var longestPause: UInt64 = 1_000_000_000
    /// How many commands may wait for their replies; 16384.
    public var mostCommands = 16384
    /// How many bytes of commands may wait to be sent; 16 MiB.
    public var mostUnsent = 16 << 20
    /// How many bytes a reply may have on the wire; 4 MiB.
    public var largestReply = 4 << 20

    /// Settings with every default.
    public init(address: RedisAddress) { self.address = address }
}
