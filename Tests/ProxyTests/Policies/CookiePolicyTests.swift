import HTTP
import Testing

@testable import Proxy

/// Sessions opened and closed with really sealed cookies, from request to response.
struct CookiePolicyTests {
    private static let head = "GET / HTTP/1.1\nHost: a\nSec-Fetch-Mode: navigate"

    /// One request and its response; says what went upstream and to the client.
    private func visit(
        _ request: String = head,
        cookies: [String] = [],
        _ response: String = "",
        status: Int = 200,
        file: String = Stage.bothRoutes
    ) throws -> (upstream: String, answer: String, outcome: SessionOutcome) {
        let stage = try Stage(file)
        let cookie = cookies.isEmpty ? "" : "\nCookie: " + cookies.joined(separator: "; ")
        let upstream = try stage.receive(request + cookie)
        let fields = response.isEmpty ? "" : "\n" + response
        let answer = try stage.respond("HTTP/1.1 \(status) X\(fields)\nContent-Length: 0")
        return (upstream, answer, stage.exchange.visit.outcome)
    }

    /// The `name=value` of each cookie an answer sets.
    private func set(_ answer: String) -> [String] {
        answer.lines("set-cookie").map { String($0.dropFirst(12).prefix { $0 != ";" }) }
    }

    private func session(_ values: String) throws -> [String] {
        set(try visit("GET / HTTP/1.1\nHost: a", "X-Session-Set: \(values)").answer)
    }

    @Test func `a visitor whose session stays empty gets no cookie`() throws {
        let (upstream, answer, outcome) = try visit()
        #expect(upstream.lines("x-session") == ["X-Session: {}"])
        #expect(upstream.lines("x-session-policy") == ["X-Session-Policy: cookie"])
        #expect(upstream.lines("x-session-id").isEmpty)
        #expect(answer.lines("set-cookie").isEmpty)
        #expect(answer.lines("vary") == ["Vary: Cookie"])
        #expect(outcome == .none)
    }

    @Test func `what is set comes with the next request, and its cookie stays here`() throws {
        let first = try visit(Self.head, #"X-Session-Set: {"user_id":42,"name":"Ada"}"#)
        #expect(first.outcome == .created)
        #expect(first.answer.lines("x-session-set").isEmpty)
        let cookies = set(first.answer)
        #expect(cookies.count == 1)
        let second = try visit(cookies: ["a=1"] + cookies + ["b=2"])
        #expect(second.upstream.lines("x-session") == [#"X-Session: {"user_id":42,"name":"Ada"}"#])
        #expect(second.upstream.lines("x-session-id").count == 1)
        #expect(second.upstream.lines("x-user-id") == ["X-User-Id: 42"])
        #expect(second.upstream.lines("cookie") == ["Cookie: a=1; b=2"])
        #expect(second.answer.lines("set-cookie").isEmpty)
        #expect(second.outcome == .opened)
    }

    @Test func `a client cannot say what only the gateway says`() throws {
        let (upstream, _, _) = try visit(
            Self.head
                + "\nX-Session: {\"user_id\":1}\nX-Session-Id: 1\nX-User-Id: 1\nX-Session-Policy: null\nX-Flash: {}"
        )
        #expect(upstream.lines("x-session") == ["X-Session: {}"])
        #expect(upstream.lines("x-session-policy") == ["X-Session-Policy: cookie"])
        for name in ["x-session-id", "x-user-id", "x-flash"] { #expect(upstream.lines(name).isEmpty) }
    }

    @Test(arguments: [
        #"{"user_id":"a\r\nX-Evil: 1"}"#, #"{"user_id":"\u00e9"}"#, #"{"user_id":[1]}"#, #"{"user_id":null}"#,
    ])
    func `a value that no field can carry is not exposed`(values: String) throws {
        let (upstream, _, _) = try visit(cookies: try session(values))
        #expect(upstream.lines("x-session").count == 1)
        #expect(upstream.lines("x-user-id").isEmpty)
        #expect(upstream.lines("x-evil").isEmpty)
    }

    @Test(arguments: ["", "x", "AAAA", String(repeating: "A", count: 5000)])
    func `a cookie that does not open is no session, and is expired`(value: String) throws {
        let (upstream, answer, outcome) = try visit(cookies: ["_gateway_session=\(value)", "a=1"])
        #expect(upstream.lines("x-session") == ["X-Session: {}"])
        #expect(upstream.lines("cookie") == ["Cookie: a=1"])
        #expect(answer.lines("set-cookie").count == 1)
        #expect(answer.contains("_gateway_session=;") && answer.contains("Max-Age=0"))
        #expect(outcome == .rejected)
    }

    @Test func `a cookie changed in any place does not open`() throws {
        let cookie = try #require(try session(#"{"a":1}"#).first)
        let bytes = Array(cookie.utf8)
        for index in stride(from: 17, to: bytes.count, by: 7) {
            var changed = bytes
            changed[index] = changed[index] == 0x41 ? 0x42 : 0x41
            let (upstream, _, outcome) = try visit(cookies: [String(decoding: changed, as: UTF8.self)])
            #expect(upstream.lines("x-session") == ["X-Session: {}"])
            #expect(outcome == .rejected)
        }
    }

    @Test func `of two cookies the one that opens counts, and both stay here`() throws {
        let cookies = try session(#"{"a":1}"#)
        let (upstream, answer, _) = try visit(cookies: ["_gateway_session=dead"] + cookies)
        #expect(upstream.lines("x-session") == [#"X-Session: {"a":1}"#])
        #expect(upstream.lines("cookie").isEmpty)
        #expect(answer.lines("set-cookie").isEmpty)
    }

    @Test func `a session's cookie does not open as flash`() throws {
        let cookie = try #require(try session(#"{"a":"b"}"#).first)
        let moved = cookie.replacing("_gateway_session=", with: "_gateway_session_flash=")
        let (upstream, answer, _) = try visit(cookies: [moved])
        #expect(upstream.lines("x-flash").isEmpty)
        #expect(set(answer) == ["_gateway_session_flash="])
    }

    @Test func `flash reaches the next page and no background request`() throws {
        let cookies = set(try visit(Self.head, #"X-Flash-Add: {"success":"Saved."}"#, status: 303).answer)
        let background = try visit("GET / HTTP/1.1\nHost: a\nSec-Fetch-Mode: cors\nAccept: text/html", cookies: cookies)
        #expect(background.upstream.lines("x-flash").isEmpty)
        #expect(background.answer.lines("set-cookie").isEmpty)
        let page = try visit(cookies: cookies)
        #expect(page.upstream.lines("x-flash") == [#"X-Flash: {"success":["Saved."]}"#])
        #expect(set(page.answer) == ["_gateway_session_flash="])
        #expect(page.upstream.lines("cookie").isEmpty)
    }

    @Test func `a 5xx answer changes nothing`() throws {
        let cookies = try session(#"{"a":1}"#)
        let (_, answer, _) = try visit(
            Self.head,
            cookies: cookies,
            #"X-Session-Set: {"a":2}"# + "\nX-Session-Clear: nonsense\nX-Flash-Add: {\"a\":\"b\"}",
            status: 500
        )
        #expect(answer.hasPrefix("HTTP/1.1 500"))
        #expect(answer.lines("set-cookie").isEmpty)
        #expect(!answer.lowercased().contains("x-session") && !answer.lowercased().contains("x-flash"))
    }

    @Test func `what is cleared is expired and can be set anew in the same answer`() throws {
        let cookies = try session(#"{"a":1}"#)
        let cleared = try visit(Self.head, cookies: cookies, "X-Session-Clear: 1")
        #expect(set(cleared.answer) == ["_gateway_session="])
        #expect(cleared.outcome == .cleared)
        let anew = try visit(Self.head, cookies: cookies, "X-Session-Set: {\"b\":2}\nX-Session-Clear: 1")
        let next = try visit(cookies: set(anew.answer))
        #expect(next.upstream.lines("x-session") == [#"X-Session: {"b":2}"#])
    }

    @Test(arguments: [
        "X-Session-Set: {", "X-Session-Set: [1]", "X-Session-Clear: yes", "X-Flash-Add: 1", "X-Session-Renew:",
        "X-Session-Set: {\"a\":\"\(String(repeating: "x", count: 5000))\"}",
    ])
    func `a save that fails is a 500, and nothing of it is applied`(field: String) throws {
        let cookies = try session(#"{"a":1}"#)
        let (_, answer, outcome) = try visit(Self.head, cookies: cookies, "X-Session-Set: {\"b\":2}\n\(field)\nX-A: 1")
        #expect(answer.hasPrefix("HTTP/1.1 500 "))
        #expect(answer.lines("set-cookie").isEmpty)
        #expect(answer.lines("x-a").isEmpty)
        #expect(answer.lines("proxy-status") == ["Proxy-Status: gateway; error=proxy_internal_error"])
        #expect(outcome == .failed)
    }

    @Test func `an upstream cannot set the gateway's cookies`() throws {
        let forged = ["_gateway_session=x", "_gateway_session_flash=x", "_gateway_session.1=x"]
        let fields = (forged + ["a=1"]).map { "Set-Cookie: \($0)" } + ["X-Session-Set: {\"a\":1}"]
        let (_, answer, _) = try visit(Self.head, fields.joined(separator: "\n"))
        let names = set(answer)
        #expect(names.count == 2)
        #expect(names.first == "a=1")
        #expect(names.last?.hasPrefix("_gateway_session=") == true)
        #expect(Set(names).isDisjoint(with: forged))
    }

    @Test func `with forward_cookie the sealed cookie goes upstream too`() throws {
        let file = Stage.bothRoutes.replacing("expose:", with: "forward_cookie: true, expose:")
        let cookie = try #require(try session(#"{"a":1}"#).first)
        let (upstream, _, _) = try visit(cookies: [cookie, "b=2"], file: file)
        #expect(upstream.lines("cookie") == ["Cookie: \(cookie); b=2"])
        #expect(upstream.lines("x-session") == [#"X-Session: {"a":1}"#])
    }

    @Test func `a cross-site write is refused before the upstream sees it`() throws {
        let stage = try Stage(Stage.bothRoutes)
        let upstream = try stage.receive("POST / HTTP/1.1\nHost: a\nSec-Fetch-Site: cross-site\nContent-Length: 0")
        #expect(upstream.isEmpty)
        #expect(stage.answer.hasPrefix("HTTP/1.1 403 Forbidden\n"))
    }

    @Test(arguments: [("https", true), ("http", false)])
    func `the cookie is Secure when the client came over https`(proto: String, isSecure: Bool) throws {
        let stage = try Stage("trusted_proxies: [10.0.0.0/8]\n" + Stage.bothRoutes, peer: "10.0.0.1:1")
        try stage.receive("GET / HTTP/1.1\nHost: a\nX-Forwarded-Proto: \(proto)")
        let answer = try stage.respond("HTTP/1.1 200 OK\nX-Session-Set: {\"a\":1}\nContent-Length: 0")
        #expect(answer.contains("; Secure") == isSecure)
        #expect(answer.contains("; HttpOnly") && answer.contains("; SameSite=Lax"))
    }

    @Test func `nothing of a session is left for the exchange's next request`() throws {
        let cookie = try #require(try session(#"{"user_id":7}"#).first)
        let stage = try Stage(Stage.bothRoutes)
        try stage.receive(Self.head + "\nCookie: \(cookie)")
        try stage.respond("HTTP/1.1 200 OK\nContent-Length: 0")
        _ = stage.finish()
        let next = try stage.receive(Self.head + "\nCookie: a=1")
        #expect(next.lines("x-session") == ["X-Session: {}"])
        #expect(next.lines("x-user-id").isEmpty)
        #expect(next.lines("x-session-id").isEmpty)
        #expect(next.lines("cookie") == ["Cookie: a=1"])
        _ = stage.finish()
        #expect(try stage.receive("GET /api/ HTTP/1.1\nHost: a").lines("x-session").isEmpty)
    }

    @Test func `a cookie opened before opens the same way, next to a flash and on its own`() throws {
        let stage = try Stage(Stage.bothRoutes)
        try stage.receive("GET / HTTP/1.1\nHost: a")
        let first = try stage.respond(
            "HTTP/1.1 303 X\nX-Session-Set: {\"user_id\":7}\nX-Flash-Add: {\"a\":\"b\"}\nContent-Length: 0"
        )
        _ = stage.finish()
        let cookies = set(first)
        for cookie in [cookies[0], cookies.joined(separator: "; "), cookies[0], cookies[0] + "; " + cookies[0]] {
            let upstream = try stage.receive(Self.head + "\nCookie: \(cookie)")
            #expect(upstream.lines("x-session") == [#"X-Session: {"user_id":7}"#])
            #expect(upstream.lines("x-user-id") == ["X-User-Id: 7"])
            #expect(upstream.lines("x-flash").count == (cookie.contains("_flash") ? 1 : 0))
            try stage.respond("HTTP/1.1 200 X\nContent-Length: 0")
            _ = stage.finish()
        }
    }
}
