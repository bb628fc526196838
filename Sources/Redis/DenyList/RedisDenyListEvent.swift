/// What an operator should hear of a deny list in Redis.
public enum RedisDenyListEvent: Sendable, Equatable {
    /// It cannot be read or added to, and why: said once.
    case failed(String)
    /// It can again.
    case recovered
    /// There is an entry in it that no gateway wrote; it is skipped, and said once.
    case odd
    /// So many denials that began here were dropped before the list could have them.
    case lost(Int)
}
