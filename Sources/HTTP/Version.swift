/// The protocol versions of HTTP/1 messages (RFC 9112 section 2.3).
///
/// There are no others: HTTP/1.2 is refused.
public enum Version: UInt8, Sendable {
    /// HTTP/1.0 and HTTP/1.1.
    case http10, http11
}
