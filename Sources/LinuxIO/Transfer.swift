/// What a read or a write came to.
public enum Transfer: Equatable, Sendable {
    /// So many bytes were moved; by a read at least one.
    case bytes(Int)
    /// Nothing can be moved now; the loop tells when to try again.
    case wouldBlock
    /// The end of the stream: the peer sends no more.
    case closed
    /// The connection is broken, for the reason of this error number.
    case failed(Int32)
}
