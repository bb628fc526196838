import Testing

@testable import Proxy

struct AccessLogTests {
    private func line(
        _ request: String,
        _ response: String = "HTTP/1.1 200 OK\nContent-Length: 0",
        file: String = Stage.nullRoute,
        peer: String = "203.0.113.9:5555"
    ) throws -> String {
        let stage = try Stage(file, peer: peer)
        try stage.receive(request)
        if stage.answer.isEmpty { try stage.respond(response) }
        return stage.finish()
    }

    /// The value of a name in a JSON line, as it is written.
    private func value(_ name: String, _ line: String) -> String? {
        guard let start = line.firstRange(of: "\"\(name)\":")?.upperBound else { return nil }
        let rest = line[start...]
        guard rest.first == "\"" else { return String(rest.prefix { $0 != "," && $0 != "}" }) }
        return String(rest.dropFirst().prefix { $0 != "\"" })
    }

    @Test func `a line of JSON is made for an exchange`() throws {
        let line = try line("GET /x?y=1 HTTP/1.1\nHost: h:1\nUser-Agent: tester")
        #expect(line.hasPrefix("{\"time\":\"20") && line.hasSuffix("\"}\n"))
        #expect(line.split(separator: "\n").count == 1)
        let expected = [
            ("client", "203.0.113.9"), ("method", "GET"), ("host", "h:1"), ("target", "/x?y=1"), ("version", "1.1"),
            ("status", "200"), ("upstream", "http://127.0.0.1:9"), ("route", "/*"), ("policy", "null"),
            ("session", "none"), ("user_agent", "tester"),
        ]
        for (name, text) in expected { #expect(value(name, line) == text, "\(name)") }
        #expect(value("reason", line) == nil)
        #expect(value("request_id", line)?.count == 32)
    }

    @Test func `what a client sent cannot break out of its place`() throws {
        let line = try line("GET /\"},{\" HTTP/1.1\nHost: h\nUser-Agent: a\"\\b\tc")
        #expect(line.contains(#""target":"/\"},{\"""#))
        #expect(line.contains(#""user_agent":"a\"\\b\u0009c""#))
    }

    @Test func `no cookie and no session value is logged`() throws {
        let line = try line(
            "GET / HTTP/1.1\nHost: h\nCookie: a=swordfish\nAuthorization: swordfish\nReferer: x",
            "HTTP/1.1 200 OK\nX-Session-Set: {\"a\":\"swordfish\"}\nContent-Length: 0",
            file: Stage.bothRoutes
        )
        #expect(!line.contains("swordfish"))
        #expect(value("session", line) == "created")
        #expect(value("policy", line) == "browser")
    }

    @Test func `an answer of the gateway's own says why`() throws {
        let line = try line("GET /x HTTP/1.1\nHost: h", file: "routes: [{ path: /y, upstream: app }]\n")
        #expect(value("status", line) == "404")
        #expect(value("reason", line) == "no route")
        #expect(value("route", line) == "")
        #expect(value("policy", line) == "")
        #expect(value("upstream", line) == nil)
    }

    @Test func `a client that went away is a 499`() throws {
        let stage = try Stage()
        try stage.receive("GET / HTTP/1.1\nHost: h")
        stage.exchange.clientGone()
        #expect(value("status", stage.finish()) == "499")
    }

    @Test func `an exchange cut before its answer has the status it would have had`() throws {
        let stage = try Stage()
        try stage.receive("GET / HTTP/1.1\nHost: h")
        stage.exchange.clientFailed(.drainDeadline)
        let line = stage.finish()
        #expect(value("status", line) == "503")
        #expect(value("reason", line) == "timeouts.drain")
    }

    @Test func `a head that never was complete is no line when its connection is cut`() throws {
        let stage = try Stage()
        stage.exchange.begin(for: stage.client)
        stage.exchange.clientFailed(.drainDeadline)
        #expect(stage.finish().isEmpty)
    }

    @Test func `behind trusted proxies the client is the first nobody vouches for`() throws {
        let request = "GET / HTTP/1.1\nHost: h\nX-Forwarded-For: 6.6.6.6, 1.2.3.4\nX-Forwarded-For: 10.2.3.4"
        let file = "trusted_proxies: [10.0.0.0/8]\n" + Stage.nullRoute
        #expect(value("client", try line(request, file: file, peer: "10.0.0.1:1")) == "1.2.3.4")
        #expect(value("client", try line(request, file: file)) == "203.0.113.9")
    }

    @Test func `the combined form is one quoted line`() throws {
        let file = "access_log: combined\n" + Stage.nullRoute
        let line = try line("GET /\"x HTTP/1.0\nReferer: r\"\nUser-Agent: u", file: file)
        #expect(line.hasPrefix("203.0.113.9 - - [") && line.contains(" +0000] \"GET /\\\"x HTTP/1.0\" 200 "))
        #expect(line.hasSuffix(" \"r\\\"\" \"u\"\n"))
        let bare = try self.line("GET / HTTP/1.1\nHost: h", file: file)
        #expect(bare.hasSuffix(" \"-\" \"-\"\n"))
    }

    @Test func `switched off it writes nothing`() throws {
        #expect(try line("GET / HTTP/1.1\nHost: h", file: "access_log: off\n" + Stage.nullRoute).isEmpty)
    }
}
