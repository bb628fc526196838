import HTTP
import Sessions
import Upstream

/// Why the gateway answers for itself: whose fault it is, the status, and what the log says.
enum GatewayError: Error {
    // The client's.
    case badRequest(RequestError)
    case badRequestBody(FramingError)
    case ambiguousPath
    case refusedFieldName
    case crossSiteWrite
    case noRoute
    case methodNotAllowed(allow: [UInt8])
    case bodyTooLarge
    case expectationFailed
    case requestHeadTimeout
    case requestBodyTimeout
    case sendTimeout
    case clientGone
    case halfClosedTimeout
    case loopDetected
    // The upstream's.
    case upstream(UpstreamError)
    case badResponse(ResponseError)
    case badResponseBody(FramingError)
    case unexpectedUpgrade
    case closedBeforeResponse
    case responseIncomplete
    case firstByteTimeout
    case upstreamIdleTimeout
    case upstreamSendTimeout
    case tunnelTimeout
    // The session's.
    case save(SaveError)
    case openSession(SaveError)
    // Our own.
    case drainDeadline
    case overloaded

    /// The status of the answer; 499 (nginx's "client closed request") stands in logs only.
    var status: Int {
        switch self {
        case .badRequest(let error): error.status
        case .badRequestBody(let error): error.status
        case .ambiguousPath, .refusedFieldName: 400
        case .crossSiteWrite: 403
        case .noRoute: 404
        case .methodNotAllowed: 405
        case .requestHeadTimeout, .requestBodyTimeout: 408
        case .bodyTooLarge: 413
        case .expectationFailed: 417
        case .sendTimeout, .clientGone, .halfClosedTimeout: 499
        case .save(.unavailable), .openSession: 503
        case .save: 500
        case .badResponse, .badResponseBody, .unexpectedUpgrade, .closedBeforeResponse, .responseIncomplete: 502
        case .drainDeadline, .overloaded: 503
        case .firstByteTimeout, .upstreamIdleTimeout, .upstreamSendTimeout, .tunnelTimeout: 504
        case .upstream(.connectTimeout), .upstream(.nameLookupTimeout): 504
        // Our own lack of descriptors or memory, which passes.
        case .upstream(.unavailable): 503
        case .upstream: 502
        case .loopDetected: 508
        }
    }

    /// The error token of `Proxy-Status` (RFC 9209 §2.3), for failures of the upstream.
    var proxyStatus: StaticString? {
        switch self {
        case .upstream(let error): error.proxyStatus
        case .badResponse, .badResponseBody, .unexpectedUpgrade: "http_protocol_error"
        case .closedBeforeResponse, .responseIncomplete: "http_response_incomplete"
        case .firstByteTimeout: "http_response_timeout"
        case .upstreamIdleTimeout: "connection_read_timeout"
        case .upstreamSendTimeout: "connection_write_timeout"
        case .requestHeadTimeout, .requestBodyTimeout: "http_request_error"
        case .loopDetected: "proxy_loop_detected"
        case .save, .openSession, .drainDeadline, .overloaded: "proxy_internal_error"
        default: nil
        }
    }

    /// Which of the times that are limited was over: the setting's name is the `details` of `Proxy-Status`.
    var timer: TimerName? {
        switch self {
        case .requestHeadTimeout: .requestHead
        case .requestBodyTimeout: .requestBody
        case .halfClosedTimeout: .halfClosed
        case .sendTimeout: .send
        case .upstream(.connectTimeout), .upstream(.nameLookupTimeout): .connect
        case .firstByteTimeout: .firstByte
        case .upstreamIdleTimeout, .upstreamSendTimeout: .idle
        case .tunnelTimeout: .tunnel
        case .drainDeadline: .drain
        default: nil
        }
    }

    /// What the log says.
    ///
    /// Names no value of a cookie or a field.
    var reason: String {
        switch self {
        case .badRequest(let error): "\(error.reason)"
        case .badRequestBody(let error): "request body: \(error.reason)"
        case .ambiguousPath: "the path means different things to different readers"
        case .refusedFieldName: "a field name is another spelling of one the gateway owns"
        case .crossSiteWrite: "cross-site write refused"
        case .noRoute: "no route"
        case .methodNotAllowed: "method not allowed by any route"
        case .bodyTooLarge: "request body over max_body"
        case .expectationFailed: "unknown expectation"
        case .requestHeadTimeout: "timeouts.request_head"
        case .requestBodyTimeout: "timeouts.request_body"
        case .sendTimeout: "timeouts.send"
        case .clientGone: "client closed the connection"
        case .halfClosedTimeout: "timeouts.half_closed: client closed the connection"
        case .loopDetected: "forwarding loop"
        case .upstream(.connectTimeout), .upstream(.nameLookupTimeout): "upstream timeouts.connect"
        case .upstream(let error): error.reason
        case .badResponse(let error): "upstream response: \(error.reason)"
        case .badResponseBody(let error): "upstream response body: \(error.reason)"
        case .unexpectedUpgrade: "upstream switched protocols without being asked"
        case .closedBeforeResponse: "upstream closed the connection before its response"
        case .responseIncomplete: "upstream response ended early"
        case .firstByteTimeout: "upstream timeouts.first_byte"
        case .upstreamIdleTimeout: "upstream timeouts.idle"
        case .upstreamSendTimeout: "upstream timeouts.idle: it took no byte of the request"
        case .tunnelTimeout: "timeouts.tunnel"
        case .save(let error): "session not saved: \(error.reason)"
        case .openSession(let error): "session not opened: \(error.reason)"
        case .drainDeadline: "timeouts.drain"
        case .overloaded: "limits.memory"
        }
    }
}
