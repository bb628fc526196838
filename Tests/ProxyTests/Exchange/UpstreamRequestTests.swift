import HTTP
import Testing

@testable import Proxy

struct UpstreamRequestTests {
    private static let trusting = "trusted_proxies: [10.0.0.0/8]\n"

    private func sent(
        _ request: String,
        file: String = Stage.nullRoute,
        peer: String = "203.0.113.9:5555"
    ) throws -> String {
        try Stage(file, peer: peer).receive(request)
    }

    private func edited(_ edits: String) -> String {
        "routes: [{ path: /*, upstream: app, request_headers: \(edits) }]\n"
    }

    @Test func `what the client said goes first, byte for byte, then what the gateway says`() throws {
        let text = try sent("GET /a%2Fb?x=%20&;= HTTP/1.1\nHost: EXAMPLE.com:80\nX-B:  1\nx-a:2\nX-Request-Id: mine")
        let id = try #require(text.lines("x-request-id").first).dropFirst(14)
        #expect(id.count == 32)
        #expect(
            text == """
                GET /a%2Fb?x=%20&;= HTTP/1.1
                Host: EXAMPLE.com:80
                X-B:  1
                x-a:2
                X-Forwarded-For: 203.0.113.9
                X-Forwarded-Proto: http
                X-Forwarded-Host: EXAMPLE.com:80
                X-Request-Id: \(id)
                Via: 1.1 gateway
                X-Session-Policy: null


                """
        )
    }

    @Test(arguments: [
        "Keep-Alive: 5", "Proxy-Connection: keep-alive", "Upgrade: h2c", "HTTP2-Settings: AAA",
        "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil", "X-Forwarded-Port: 443",
        "X_Forwarded_Port: 443", "Forwarded: for=6.6.6.6", "X-Real-IP: 6.6.6.6", "X-Session: {\"user_id\":1}",
        "X-Session-Id: 1", "X_Session: {}", "X-Flash: {}", "X-SessionX: 1", "X-Request-Id: forged", "Trailer: X-A",
        "X-User-Id: 1",
    ])
    func `a stranger's word about itself does not pass`(line: String) throws {
        let text = try sent("GET /api/x HTTP/1.1\nHost: a\nX-A: 1\n\(line)\nX-B: 2", file: Stage.bothRoutes)
        #expect(!text.contains(line))
        #expect(text.contains("\nX-A: 1\nX-B: 2\n"))
    }

    @Test(arguments: ["Authorization", "X-Real-IP", "Accept", "From"])
    func `whatever name expose has, a client's field of that name does not pass`(name: String) throws {
        let file = Stage.bothRoutes.replacing("X-User-Id", with: name)
        for peer in ["203.0.113.9:1", "10.0.0.1:1"] {
            let text = try sent("GET / HTTP/1.1\nHost: a\n\(name): forged", file: Self.trusting + file, peer: peer)
            #expect(text.lines(name).isEmpty)
        }
    }

    @Test func `what Connection names does not pass, and cannot take away what the gateway says`() throws {
        let text = try sent(
            """
            GET / HTTP/1.1
            Host: a
            Connection: x-hop, host, x-forwarded-for, x-session-policy, via, x-request-id, keep-alive
            X-Hop: 1
            X-Hopper: 2
            """
        )
        #expect(text.lines("x-hop").isEmpty)
        #expect(text.lines("connection").isEmpty)
        #expect(text.lines("x-hopper") == ["X-Hopper: 2"])
        for name in ["host", "x-forwarded-for", "x-session-policy", "via", "x-request-id"] {
            #expect(text.lines(name).count == 1, "\(name)")
        }
    }

    @Test func `a trusted proxy's lists are kept whole and the peer is added`() throws {
        let text = try sent(
            """
            GET / HTTP/1.1
            Host: inner
            X-Forwarded-For: 1.2.3.4, 5.6.7.8
            X-Forwarded-For: 10.1.1.1
            X-Forwarded-Proto: https
            X-Forwarded-Host: outer
            X-Forwarded-Port: 443
            Forwarded: for=1.2.3.4
            X-Real-IP: 1.2.3.4
            X-Request-Id: kept
            """,
            file: Self.trusting + Stage.nullRoute,
            peer: "10.0.0.1:1"
        )
        #expect(text.lines("x-forwarded-for") == ["X-Forwarded-For: 1.2.3.4, 5.6.7.8, 10.1.1.1, 10.0.0.1"])
        #expect(text.lines("x-forwarded-proto") == ["X-Forwarded-Proto: https"])
        #expect(text.lines("x-forwarded-host") == ["X-Forwarded-Host: outer"])
        #expect(text.lines("x-forwarded-port") == ["X-Forwarded-Port: 443"])
        #expect(text.lines("forwarded") == ["Forwarded: for=1.2.3.4"])
        #expect(text.lines("x-real-ip") == ["X-Real-IP: 1.2.3.4"])
        #expect(text.lines("x-request-id") == ["X-Request-Id: kept"])
    }

    @Test func `what a trusted proxy leaves empty is filled in`() throws {
        let text = try sent(
            "GET / HTTP/1.1\nHost: inner\nX-Forwarded-For:\nX-Forwarded-Proto:\nX-Forwarded-Host:",
            file: Self.trusting + Stage.nullRoute,
            peer: "10.0.0.1:1"
        )
        #expect(text.lines("x-forwarded-for") == ["X-Forwarded-For: 10.0.0.1"])
        #expect(text.lines("x-forwarded-proto") == ["X-Forwarded-Proto: http"])
        #expect(text.lines("x-forwarded-host") == ["X-Forwarded-Host: inner"])
    }

    @Test(
        arguments: [
            ("POST / HTTP/1.1\nContent-Length: 5", ["Content-Length: 5"]),
            ("POST / HTTP/1.1\nContent-Length: 005", ["Content-Length: 5"]),
            ("POST / HTTP/1.1\nContent-Length: 0", ["Content-Length: 0"]),
            ("POST / HTTP/1.1\nTransfer-Encoding: Chunked", ["Transfer-Encoding: chunked"]),
            ("GET / HTTP/1.1", []),
            ("GET / HTTP/1.1\nConnection: te\nTE: trailers, gzip", ["TE: trailers", "Connection: TE"]),
        ] as [(String, [String])]
    )
    func `frames the request anew`(request: String, framing: [String]) throws {
        let text = try sent(request + "\nHost: a")
        #expect(["content-length", "transfer-encoding", "te", "connection"].flatMap(text.lines) == framing)
    }

    @Test(arguments: [
        ("OPTIONS * HTTP/1.1\nHost: a", "OPTIONS * HTTP/1.1"),
        ("OPTIONS http://a HTTP/1.1\nHost: b", "OPTIONS * HTTP/1.1"),
        ("OPTIONS http://a? HTTP/1.1\nHost: b", "OPTIONS /? HTTP/1.1"),
        ("GET http://a HTTP/1.1\nHost: b", "GET / HTTP/1.1"),
        ("GET http://a?q HTTP/1.1\nHost: b", "GET /?q HTTP/1.1"),
        ("GET /? HTTP/1.0", "GET /? HTTP/1.1"),
        ("get / HTTP/1.1\nHost: a", "get / HTTP/1.1"),
    ])
    func `sends the target on as it came, in its own version`(request: String, line: String) throws {
        let text = try sent(request)
        #expect(text.split(separator: "\n").first.map(String.init) == line)
    }

    @Test func `an absolute target's authority is the Host`() throws {
        let text = try sent("GET http://a:81/x HTTP/1.1\nHost: b")
        #expect(text.lines("host") == ["Host: a:81"])
        #expect(text.lines("x-forwarded-host") == ["X-Forwarded-Host: a:81"])
    }

    @Test func `a client without Host gets one upstream`() throws {
        let text = try sent("GET / HTTP/1.0")
        #expect(text.lines("host") == ["Host: localhost"])
        #expect(text.lines("via") == ["Via: 1.0 gateway"])
    }

    @Test(arguments: [("OPTIONS", "5", "4"), ("GET", "5", "5"), ("GET", "0", "0")])
    func `Max-Forwards counts down for OPTIONS only`(method: String, came: String, left: String) throws {
        let text = try sent("\(method) / HTTP/1.1\nHost: a\nMax-Forwards: \(came)")
        #expect(text.lines("max-forwards") == ["Max-Forwards: \(left)"])
    }

    @Test func `the route sets, adds and removes fields`() throws {
        let text = try sent(
            "GET / HTTP/1.1\nHost: a\nAccept: x\nX-A: 1\nCookie: a=1\nAuthorization: b",
            file: edited("{ set: { Host: inner, Accept: y, Cookie: c=2 }, add: { X-A: 2 }, remove: [Authorization] }")
        )
        #expect(text.lines("host") == ["Host: inner"])
        #expect(text.lines("accept") == ["Accept: y"])
        #expect(text.lines("cookie") == ["Cookie: c=2"])
        #expect(text.lines("x-a") == ["X-A: 1", "X-A: 2"])
        #expect(text.lines("authorization").isEmpty)
        #expect(text.lines("x-forwarded-host") == ["X-Forwarded-Host: a"])
    }

    @Test func `a field that the route sets is not said twice`() throws {
        let names = [
            "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-Id", "X-Real-IP", "Forwarded",
        ]
        let set = names.map { "\($0): mine" }.joined(separator: ", ")
        let came = names.map { "\($0): theirs" }.joined(separator: "\n")
        let text = try sent(
            "GET / HTTP/1.1\nHost: a\n\(came)",
            file: Self.trusting + edited("{ set: { \(set) } }"),
            peer: "10.0.0.1:1"
        )
        for name in names { #expect(text.lines(name) == ["\(name): mine"]) }
    }

    @Test func `a route that sets Cookie on a session's route sends that alone`() throws {
        let file = Stage.bothRoutes.replacing(
            "{ path: /*, upstream: app, session: browser }",
            with: "{ path: /*, upstream: app, session: browser, request_headers: { set: { Cookie: c=2 } } }"
        )
        let text = try sent("GET / HTTP/1.1\nHost: a\nCookie: a=1; _gateway_session=x; b=2", file: file)
        #expect(text.lines("cookie") == ["Cookie: c=2"])
    }

    @Test func `an expectation is sent on, but not one of HTTP-1-0`() throws {
        let fields = "Host: a\nContent-Length: 1\nExpect: 100-continue"
        #expect(try sent("POST / HTTP/1.1\n\(fields)").lines("expect") == ["Expect: 100-continue"])
        #expect(try sent("POST / HTTP/1.0\n\(fields)").lines("expect").isEmpty)
    }
}
