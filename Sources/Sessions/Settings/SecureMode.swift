/// When the cookie attribute `Secure` is given.
public enum SecureMode: Sendable, Equatable {
    /// When the client came over https, and when the name or another attribute demands it.
    case auto
    /// In every response.
    case always
    /// In none.
    case never
}
