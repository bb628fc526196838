/// How the length of a message's body is told (RFC 9112 section 6).
public enum BodyFraming: Sendable, Equatable {
    /// There is no body.
    case none
    /// The body is that many bytes; Content-Length said so.
    case length(UInt64)
    /// The body comes in chunks.
    case chunked
    /// The body ends with the connection; responses only.
    case untilClose
}
