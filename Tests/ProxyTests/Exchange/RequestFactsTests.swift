import HTTP
import LinuxIO
import Testing

@testable import Proxy

struct RequestFactsTests {
    private func facts(_ fields: String, trusted: Bool = false, exposed: [String] = []) throws -> RequestFacts {
        let request = try SampleRequest("POST / HTTP/1.1\nHost: a" + (fields.isEmpty ? "" : "\n" + fields))
        return try RequestFacts(
            request.head,
            request.bytes.span,
            exposedNames: ExposedNames(exposed),
            isTrusted: trusted
        )
    }

    private func isPage(_ fields: String) throws -> Bool {
        let request = try SampleRequest("GET / HTTP/1.1\nHost: a" + (fields.isEmpty ? "" : "\n" + fields))
        let facts = try RequestFacts(request.head, request.bytes.span, exposedNames: ExposedNames([]), isTrusted: false)
        return facts.isPage(request.bytes.span)
    }

    @Test(arguments: [
        ("Sec-Fetch-Mode: navigate", true),
        ("Sec-Fetch-Mode: Navigate\nAccept: */*", true),
        ("Sec-Fetch-Mode: cors\nAccept: text/html", false),
        ("Sec-Fetch-Mode: nested-navigate", false),
        ("Sec-Fetch-Site: same-origin\nAccept: text/html", false),
        ("Sec-Fetch-Dest: empty\nAccept: text/html", false),
        ("Accept: text/html", true),
        ("Accept: application/xhtml+xml, TEXT/HTML;q=0.9", true),
        ("Accept: text/htmlx", false),
        ("Accept: x/text/html", false),
        ("Accept: */*", false),
        ("Accept: text/*", false),
        ("Accept:", false),
        ("Accept: ,", false),
        ("", false),
    ])
    func `tells a page from a background request`(fields: String, expected: Bool) throws {
        #expect(try isPage(fields) == expected)
    }

    @Test(arguments: [
        ("text/html", true), (" text/html ", true), ("a/b,text/html;q=0.1", true), ("a/b ,\ttext/html\t;level=1", true),
        ("text/html/x", false), ("text /html", false), ("", false), (";text/html", false), ("text/htm", false),
    ])
    func `finds a type among media ranges`(value: String, expected: Bool) {
        let bytes = Array(value.utf8)
        let isNamed = MediaRanges.name("text/html", in: bytes.span)
        #expect(isNamed == expected)
    }

    @Test(arguments: [
        "X_Forwarded_For: 1", "X-Forwarded_Proto: https", "Content_Length: 3", "Transfer.Encoding: chunked",
        "X_User_Id: 7", "x-user_id: 7", "Proxy_Connection: close",
    ])
    func `refuses another spelling of a field the gateway owns`(line: String) throws {
        #expect(throws: GatewayError.self) { try facts(line, exposed: ["X-User-Id"]) }
    }

    @Test(arguments: ["X_Custom: 1", "User_Agent: x", "X-User-Id: 7", "X-UserId: 1"])
    func `lets other names pass`(line: String) throws {
        #expect(throws: Never.self) { try facts(line, exposed: ["X-User-Id"]) }
    }

    @Test func `believes X-Forwarded fields of trusted proxies only`() throws {
        let fields = "X-Forwarded-For: 1.2.3.4\nX-Forwarded-Proto: https\nX-Forwarded-Host: h\nX-Request-Id: r"
        let stranger = try facts(fields)
        #expect(!stranger.isSecure)
        #expect(stranger.forwardedForLines == 0)
        #expect(stranger.forwardedHost == nil)
        #expect(stranger.keptRequestID == nil)
        let proxy = try facts(fields, trusted: true)
        #expect(proxy.isSecure)
        #expect(proxy.forwardedForLines == 1)
        #expect(proxy.forwardedHost != nil)
        #expect(proxy.keptRequestID != nil)
    }

    @Test(arguments: [("HTTPS", true), ("http", false), ("", false), ("httpsx", false)])
    func `knows https by the trusted proxy's word`(value: String, expected: Bool) throws {
        #expect(try facts("X-Forwarded-Proto: \(value)", trusted: true).isSecure == expected)
    }

    @Test(
        arguments: [
            ("0", 0), ("5", 5), ("999999999999999999", 999_999_999_999_999_999), ("-1", nil), ("1 2", nil), ("", nil),
            ("18446744073709551616", nil), ("0x5", nil),
        ] as [(String, UInt64?)]
    )
    func `reads Max-Forwards as a number or not at all`(value: String, expected: UInt64?) throws {
        #expect(try facts("Max-Forwards: \(value)").maxForwards == expected)
    }

    @Test func `counts itself in every Via line`() throws {
        let facts = try facts("Via: 1.1 gateway, 1.0 other\nVia: 1.1 GATEWAY (x)")
        #expect(facts.timesThroughHere == 2)
    }

    @Test(arguments: [("100-continue", false), ("200-ok", true)])
    func `knows one expectation`(value: String, unknown: Bool) throws {
        #expect(try facts("Expect: \(value)\nContent-Length: 1").hasUnknownExpectation == unknown)
    }

    @Test func `an HTTP-1-0 client's expectation is ignored`() throws {
        let request = try SampleRequest("POST / HTTP/1.0\nHost: a\nExpect: x")
        let facts = try RequestFacts(request.head, request.bytes.span, exposedNames: ExposedNames([]), isTrusted: false)
        #expect(!facts.hasUnknownExpectation)
    }

    @Test(arguments: [("trailers", true), ("gzip, trailers", true), ("gzip", false), ("trailers;q=0", false)])
    func `knows who takes trailers`(value: String, expected: Bool) throws {
        #expect(try facts("Connection: te\nTE: \(value)").takesTrailers == expected)
    }

    @Test(arguments: ["x-forwarded-port", "X_Forwarded_Server", "X-FORWARDED-x"])
    func `any X-Forwarded name is a proxy's word`(name: String) {
        let bytes = Array(name.utf8)
        let isForwarded = RequestFacts.isForwarded(bytes.span)
        #expect(isForwarded)
    }

    @Test(arguments: ["x-forwarded-", "x-forwarded", "y-forwarded-port", "forwarded"])
    func `other names are not`(name: String) {
        let bytes = Array(name.utf8)
        let isForwarded = RequestFacts.isForwarded(bytes.span)
        #expect(!isForwarded)
    }
}
