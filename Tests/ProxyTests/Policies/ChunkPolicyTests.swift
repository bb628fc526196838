import Testing

@testable import Proxy

/// Sessions over several cookies, from request to response.
struct ChunkPolicyTests {
    private static let file = Stage.bothRoutes.replacing("expose:", with: "max_chunks: 3, expose:")

    private func visit(
        _ target: String = "/",
        cookies: [String] = [],
        _ response: String = "",
        file: String = file
    ) throws -> (upstream: String, set: [String], outcome: SessionOutcome) {
        let stage = try Stage(file)
        let cookie = cookies.isEmpty ? "" : "\nCookie: " + cookies.joined(separator: "; ")
        let upstream = try stage.receive("GET \(target) HTTP/1.1\nHost: a" + cookie)
        let fields = response.isEmpty ? "" : "\n" + response
        let answer = try stage.respond("HTTP/1.1 200 X\(fields)\nContent-Length: 0")
        let set = answer.lines("set-cookie").map { String($0.dropFirst(12).prefix { $0 != ";" }) }
        return (upstream, set, stage.exchange.visit.outcome)
    }

    private static func set(_ length: Int) -> String {
        #"X-Session-Set: {"user_id":42,"a":"\#(String(repeating: "x", count: length))"}"#
    }

    @Test func `a large session goes round, and none of its cookies reaches the upstream`() throws {
        let set = try visit("/", Self.set(8000)).set
        #expect(
            set.map { $0.prefix { $0 != "=" } } == ["_gateway_session", "_gateway_session.1", "_gateway_session.2"]
        )
        let (upstream, again, outcome) = try visit("/", cookies: [set[2], "a=1", set[0], "b=2", set[1]])
        #expect(upstream.lines("cookie") == ["Cookie: a=1; b=2"])
        #expect(upstream.lines("x-user-id") == ["X-User-Id: 42"])
        #expect(upstream.lines("x-session").first?.utf8.count == 8000 + 32)
        #expect(again.isEmpty && outcome == .opened)
    }

    @Test func `what is left over is expired when the session shrinks or ends`() throws {
        let set = try visit("/", Self.set(8000)).set
        let smaller = try visit("/", cookies: set, Self.set(1)).set
        #expect(smaller.count == 3 && smaller[1...] == ["_gateway_session.1=", "_gateway_session.2="])
        let ended = try visit("/", cookies: set, "X-Session-Clear: 1").set
        #expect(ended == ["_gateway_session=", "_gateway_session.1=", "_gateway_session.2="])
        // Without its first cookie it is no session at all.
        let torn = try visit("/", cookies: Array(set[1...]))
        #expect(torn.upstream.lines("x-session") == ["X-Session: {}"])
        #expect(torn.set == ["_gateway_session=", "_gateway_session.1=", "_gateway_session.2="])
    }

    @Test func `on a Null route they neither get in nor out`() throws {
        let set = try visit("/", Self.set(8000)).set
        let forged = "Set-Cookie: _gateway_session.7=x\nSet-Cookie: b=2"
        let (upstream, answered, _) = try visit("/api/x", cookies: set + ["a=1"], forged)
        #expect(upstream.lines("cookie") == ["Cookie: a=1"])
        #expect(answered == ["b=2"])
    }

    @Test func `a session that may not be spread is a failed save`() throws {
        let (_, set, outcome) = try visit("/", Self.set(8000), file: Stage.bothRoutes)
        #expect(set.isEmpty && outcome == .failed)
    }

    @Test func `with forward_cookie all of them go upstream`() throws {
        let file = Self.file.replacing("expose:", with: "forward_cookie: true, expose:")
        let set = try visit("/", Self.set(8000)).set
        let (upstream, _, _) = try visit("/", cookies: set, file: file)
        #expect(upstream.lines("cookie") == ["Cookie: " + set.joined(separator: "; ")])
        #expect(upstream.lines("x-user-id") == ["X-User-Id: 42"])
    }
}
