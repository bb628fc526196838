import HTTP
import Sessions
import Testing
import Upstream

@testable import Proxy

struct GatewayErrorTests {
    /// Whose fault it is, with the token of RFC 9209 where it is the upstream's.
    private static let table: [(GatewayError, Int, String?)] = [
        (.badRequestBody(.malformedChunkSize), 400, nil),
        (.badRequestBody(.trailersTooLarge), 431, nil), (.badRequest(.missingHost), 400, nil),
        (.badRequest(.requestLineTooLong), 414, nil), (.badRequest(.unsupportedVersion), 505, nil),
        (.ambiguousPath, 400, nil), (.refusedFieldName, 400, nil), (.crossSiteWrite, 403, nil), (.noRoute, 404, nil),
        (.methodNotAllowed(allow: []), 405, nil), (.bodyTooLarge, 413, nil), (.expectationFailed, 417, nil),
        (.requestHeadTimeout, 408, "http_request_error"), (.requestBodyTimeout, 408, "http_request_error"),
        (.sendTimeout, 499, nil),
        (.clientGone, 499, nil), (.loopDetected, 508, "proxy_loop_detected"),
        (.upstream(.connectionRefused), 502, "connection_refused"),
        (.upstream(.connectTimeout), 504, "connection_timeout"), (.upstream(.nameLookupTimeout), 504, "dns_timeout"),
        (.upstream(.nameNotResolved), 502, "dns_error"),
        (.upstream(.tlsCertificate("x")), 502, "tls_certificate_error"),
        (.unexpectedUpgrade, 502, "http_protocol_error"), (.closedBeforeResponse, 502, "http_response_incomplete"),
        (.responseIncomplete, 502, "http_response_incomplete"), (.firstByteTimeout, 504, "http_response_timeout"),
        (.upstreamIdleTimeout, 504, "connection_read_timeout"), (.upstreamSendTimeout, 504, "connection_write_timeout"),
        (.save(.noSecret), 500, "proxy_internal_error"),
        (.save(.tooLarge(cookie: "c", size: 5000, limit: 4096)), 500, "proxy_internal_error"),
        (.save(.unavailable(why: "down")), 503, "proxy_internal_error"),
        (.drainDeadline, 503, "proxy_internal_error"), (.tunnelTimeout, 504, nil),
        (.overloaded, 503, "proxy_internal_error"), (.upstream(.unavailable("x")), 503, "proxy_internal_error"),
    ]

    @Test(arguments: table)
    func `says its status and the token of Proxy-Status`(error: GatewayError, status: Int, token: String?) {
        #expect(error.status == status)
        #expect(error.proxyStatus.map { "\($0)" } == token)
        #expect(!error.reason.isEmpty)
    }

    @Test(arguments: [
        (GatewayError.requestHeadTimeout, "timeouts.request_head"), (.requestBodyTimeout, "timeouts.request_body"),
        (.sendTimeout, "timeouts.send"), (.upstream(.connectTimeout), "timeouts.connect"),
        (.upstream(.nameLookupTimeout), "timeouts.connect"), (.firstByteTimeout, "timeouts.first_byte"),
        (.upstreamIdleTimeout, "timeouts.idle"), (.upstreamSendTimeout, "timeouts.idle"),
        (.tunnelTimeout, "timeouts.tunnel"), (.drainDeadline, "timeouts.drain"),
    ])
    func `a time that was over is named by its setting`(error: GatewayError, setting: String) {
        #expect(error.timer.map { "\($0.setting)" } == setting)
        #expect(error.reason.contains(setting))
    }

    @Test func `the reason of a failed save names no value`() {
        let error = GatewayError.save(.malformed(field: "X-Session-Set", why: "not an object"))
        #expect(error.reason == "session not saved: X-Session-Set: not an object")
    }
}
