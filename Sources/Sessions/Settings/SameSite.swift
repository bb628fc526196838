/// The cookie attribute `SameSite`.
public enum SameSite: Sendable, Equatable {
    /// Sent with same-site requests and when the user follows a link.
    case lax
    /// Sent with same-site requests only.
    case strict
    /// Sent with every request; browsers ask for `Secure` with it.
    case none
}
