/// Where a session's values live between requests.
public enum StoreKind: Sendable, Equatable {
    /// In the browser's cookie, sealed: no state in the gateway.
    case cookie
    /// In the gateway's memory; the cookie holds a random token.
    case memory
    /// In Redis or Valkey; the cookie holds a random token.
    case redis
}
