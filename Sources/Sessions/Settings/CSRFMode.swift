/// What is done about unsafe requests from other sites.
public enum CSRFMode: Sendable, Equatable {
    /// Refused unless their origin is trusted.
    case origin
    /// Nothing.
    case off
}
