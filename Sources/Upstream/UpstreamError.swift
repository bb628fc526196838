import Glibc

/// Why there is no answer from a server.
///
/// The one place that says what each means for logs and `Proxy-Status`.
public enum UpstreamError: Error, Sendable, Equatable {
    /// The host's name has no address.
    case nameNotResolved
    /// Nobody said in time which address the name has.
    case nameLookupTimeout
    /// Nobody listens at the address.
    case connectionRefused
    /// The connection, with its handshake, was not there in time.
    case connectTimeout
    /// Connecting failed for another reason of the kernel's (an `errno`; 0 when it gave none).
    case connectFailed(Int32)
    /// The server's certificate is not trusted, or is somebody else's.
    case tlsCertificate(String)
    /// The TLS handshake failed.
    case tlsFailed(String)
    /// The server closed the connection before the answer was whole.
    case connectionClosed
    /// The server reset the connection.
    case connectionReset
    /// Reading or writing failed for another reason of the kernel's (an `errno`).
    case transferFailed(Int32)
    /// The gateway itself lacks what it needs to connect: memory, descriptors, a readable `caFile`.
    case unavailable(String)

    /// What went wrong, for the log.
    public var reason: String {
        switch self {
        case .nameNotResolved: "the name has no address"
        case .nameLookupTimeout: "the name's address was not found in time"
        case .connectionRefused: "connection refused"
        case .connectTimeout: "connecting took too long"
        case .connectFailed(let errno): "connecting failed: \(Self.text(errno))"
        case .tlsCertificate(let text): "TLS certificate: \(text)"
        case .tlsFailed(let text): "TLS: \(text)"
        case .connectionClosed: "the connection was closed"
        case .connectionReset: "the connection was reset"
        case .transferFailed(let errno): "the connection broke: \(Self.text(errno))"
        case .unavailable(let text): text
        }
    }

    /// The error type for a `Proxy-Status` field (RFC 9209, section 2.3).
    public var proxyStatus: StaticString {
        switch self {
        case .nameNotResolved: "dns_error"
        case .nameLookupTimeout: "dns_timeout"
        case .connectionRefused: "connection_refused"
        case .connectTimeout: "connection_timeout"
        case .connectFailed(EHOSTUNREACH), .connectFailed(ENETUNREACH): "destination_ip_unroutable"
        case .connectFailed: "destination_unavailable"
        case .tlsCertificate: "tls_certificate_error"
        case .tlsFailed: "tls_protocol_error"
        case .connectionClosed, .connectionReset, .transferFailed: "connection_terminated"
        case .unavailable: "proxy_internal_error"
        }
    }

    /// What a broken read or write of this `errno` means.
    public init(errno: Int32) {
        switch errno {
        case ECONNRESET, EPIPE: self = .connectionReset
        default: self = .transferFailed(errno)
        }
    }

    private static func text(_ errno: Int32) -> String {
        errno == 0 ? "no reason given" : String(cString: strerror(errno))
    }
}
