/// What the route file says about one upstream.
///
/// Durations are nanoseconds.
public struct UpstreamSettings: Sendable, Equatable {
    /// The upstream's name in the route file.
    public var name: String
    /// Its servers, at least one, used in turn.
    public var servers: [ServerAddress]
    /// How long resolving, connecting and the TLS handshake may take together; 5 s.
    public var connectTimeout: UInt64 = 5_000_000_000
    /// How long a sent request may wait for the first byte of its answer; 60 s.
    public var firstByteTimeout: UInt64 = 60_000_000_000
    /// How long an answer, once begun, may pause, and the server may take no byte of a request; 60 s.
    public var idleTimeout: UInt64 = 60_000_000_000
    /// How many unused connections a worker keeps to all servers together; 128.
    public var keepAliveConnections = 128
    /// How long an unused connection is kept; 30 s.
    public var keepAliveIdle: UInt64 = 30_000_000_000
    /// A file of certificates (PEM) trusted besides the system's: for private authorities and tests; none.
    public var caFile: String?
    /// Whether the TLS handshake offers HTTP (ALPN, RFC 7301); true.
    public var announcesHTTP = true

    /// Settings with every default.
    public init(name: String, servers: [ServerAddress]) {
        self.name = name
        self.servers = servers
    }
}
