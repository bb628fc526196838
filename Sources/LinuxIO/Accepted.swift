/// What accepting from a listener came to.
public enum Accepted: Sendable {
    /// A new connection, non-blocking, and who is at its other end.
    case connection(Int32, SocketAddress)
    /// No connection is waiting.
    case wouldBlock
    /// There is no descriptor or memory left for one (`EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`): pause accepting.
    case exhausted(Int32)
    /// A connection went away before it was accepted: accept the next.
    case failed
}
