/// Where it is kept which of a session's cookies are void before their time.
public enum DenyListPlace: String, Sendable, CaseIterable {
    /// In this gateway's memory.
    case memory
    /// In Redis too, so that other gateways hear of it, and this one after a restart.
    case redis
}
