/// The forms of a request target (RFC 9112 section 3.2).
///
/// Authority-form belongs to CONNECT, which is refused.
public enum TargetForm: UInt8, Sendable {
    /// `/path?query`
    case origin
    /// `http://host/path?query`
    case absolute
    /// `*`, with OPTIONS only
    case asterisk
}
