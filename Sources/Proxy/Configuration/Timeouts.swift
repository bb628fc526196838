/// How long the client's side may take, in nanoseconds.
public struct Timeouts: Sendable, Equatable {
    /// For the whole head of a request from its first byte, absolute; default 10 s.
    public var requestHead: UInt64 = 10_000_000_000
    /// For a request's body without progress; default 30 s.
    public var requestBody: UInt64 = 30_000_000_000
    /// For a response without progress; default 30 s.
    public var send: UInt64 = 30_000_000_000
    /// For the answer to a client that has ended its sending side to begin; default 1 s.
    ///
    /// Whether it still listens or has gone, nobody can tell before something is sent to it.
    public var halfClosed: UInt64 = 1_000_000_000
    /// For a connection between two requests; default 75 s.
    public var keepAlive: UInt64 = 75_000_000_000
    /// For a tunnel, as a WebSocket is, without a byte either way; default 1 h.
    public var tunnel: UInt64 = 3_600_000_000_000
    /// For exchanges that are under way when the gateway stops; default 30 s.
    public var drain: UInt64 = 30_000_000_000

    /// The defaults.
    public init() {}
}
