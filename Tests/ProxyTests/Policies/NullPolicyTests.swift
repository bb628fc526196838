import Testing

@testable import Proxy

struct NullPolicyTests {
    private static let file = "session_cookies: [PHPSESSID]\n" + Stage.bothRoutes

    @Test(arguments: [
        ("a=1; b=2", ["Cookie: a=1; b=2"]), ("_gateway_session=x", []), ("PHPSESSID=x; a=1", ["Cookie: a=1"]),
        ("a=1;  _gateway_session_flash=x;b=2", ["Cookie: a=1; b=2"]), ("_gateway_session.1=x", []),
        ("phpsessid=x", ["Cookie: phpsessid=x"]), ("a=1;b=2", ["Cookie: a=1;b=2"]),
    ])
    func `session cookies do not get in`(cookie: String, left: [String]) throws {
        let stage = try Stage(Self.file)
        let text = try stage.receive("GET /api/x HTTP/1.1\nHost: a\nCookie: \(cookie)\nX-A: 1")
        #expect(text.lines("cookie") == left)
        #expect(text.lines("x-a") == ["X-A: 1"])
        #expect(text.lines("x-session-policy") == ["X-Session-Policy: null"])
        #expect(text.lines("x-session").isEmpty)
        #expect(stage.worker.counters.strippedIn == (left == ["Cookie: \(cookie)"] ? 0 : 1))
    }

    @Test func `each line of several is looked at`() throws {
        let text = try Stage(Self.file).receive(
            "GET /api/x HTTP/1.1\nHost: a\nCookie: a=1\nX-A: 1\nCookie: PHPSESSID=2\nCookie: b=3; PHPSESSID=4"
        )
        #expect(text.lines("cookie") == ["Cookie: a=1", "Cookie: b=3"])
    }

    @Test func `with strip_cookies all, none gets in and none gets out`() throws {
        let stage = try Stage("routes: [{ path: /*, upstream: app, strip_cookies: all }]\n")
        #expect(try stage.receive("GET / HTTP/1.1\nHost: a\nCookie: a=1\nCookie: b=2").lines("cookie").isEmpty)
        #expect(stage.worker.counters.strippedIn == 1)
        #expect(try stage.respond("HTTP/1.1 200 OK\nSet-Cookie: a=1\nContent-Length: 0").lines("set-cookie").isEmpty)
    }

    @Test func `session cookies do not get out`() throws {
        let stage = try Stage(Self.file)
        try stage.receive("GET /api/x HTTP/1.1\nHost: a")
        let text = try stage.respond(
            "HTTP/1.1 200 OK\nSet-Cookie: a=1\nSet-Cookie: PHPSESSID=2\n"
                + "Set-Cookie: _gateway_session=3\nContent-Length: 0"
        )
        #expect(text.lines("set-cookie") == ["Set-Cookie: a=1"])
        #expect(text.lines("vary").isEmpty)
    }

    @Test func `changes a service asks for are removed, ignored and counted once an answer`() throws {
        let stage = try Stage(Self.file)
        try stage.receive("GET /api/x HTTP/1.1\nHost: a")
        let text = try stage.respond(
            "HTTP/1.1 200 OK\nX-Session-Set: {\"a\":1}\nX-Session-Clear: nonsense\nX-Flash-Add: {}\nContent-Length: 0"
        )
        #expect(text.hasPrefix("HTTP/1.1 200 OK\n"))
        #expect(!text.lowercased().contains("x-session") && !text.lowercased().contains("x-flash"))
        #expect(text.lines("set-cookie").isEmpty)
        #expect(stage.worker.counters.ignoredChanges == 1)
        #expect(stage.exchange.visit.outcome == .ignored)
    }

    @Test func `a cross-site write is not the concern of a route without a session`() throws {
        let stage = try Stage(Self.file)
        let text = try stage.receive("POST /api/x HTTP/1.1\nHost: a\nSec-Fetch-Site: cross-site\nContent-Length: 0")
        #expect(text.hasPrefix("POST /api/x"))
    }
}
