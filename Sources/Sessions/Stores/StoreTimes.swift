/// How long a store keeps what it has; a store is made for one session's settings.
public struct StoreTimes: Sendable, Equatable {
    /// How long after a renewal the old key still leads to the session, for requests that opened it before: 10 seconds.
    public static let forwarding: Int64 = 10

    /// How long a session lives without a request, in seconds.
    public var idleTimeout: Int64
    /// How long a session lives at all, in seconds.
    public var lifetime: Int64

    /// Takes the times of a session's settings.
    public init(_ settings: SessionSettings) {
        idleTimeout = settings.idleTimeout
        lifetime = settings.lifetime
    }

    /// When a session ends, in seconds since 1970: from then on it must not be given out any more.
    public func end(birth: Int64, lastSeen: Int64) -> Int64 {
        min(Self.sum(birth, lifetime), Self.sum(lastSeen, idleTimeout))
    }

    /// When a key that forwards from now on ceases to, in seconds since 1970.
    public static func forwardingEnd(from now: Int64) -> Int64 { sum(now, forwarding) }

    private static func sum(_ time: Int64, _ seconds: Int64) -> Int64 {
        let (sum, isTooLarge) = time.addingReportingOverflow(seconds)
        return isTooLarge ? .max : sum
    }
}
