import CLinux

/// What the kernel says about a socket: each is a hint to try, never a promise.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32

    /// Any combination, in the kernel's own bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// There are bytes, a connection to accept, or the end of the stream.
    public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// There is room to write.
    public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer will send no more; what it sent before can still be read.
    public static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// The connection broke, or is closed in both directions; reading tells which.
    public static let failed = Readiness(rawValue: EPOLLERR.rawValue)

    /// The kernel reports a broken and a wholly closed connection apart; both mean that nothing more can be done.
    init(events: UInt32) {
        let kept = events & (EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLERR.rawValue)
        rawValue = events & EPOLLHUP.rawValue == 0 ? kept : kept | EPOLLERR.rawValue
    }
}
