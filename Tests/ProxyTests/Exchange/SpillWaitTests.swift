import LinuxIO
import Sessions
import Testing

@testable import Proxy

/// An exchange whose session moves to a store that takes its time.
struct SpillWaitTests {
    private static func answer(_ fields: String...) -> String {
        "HTTP/1.1 200 OK\r\n\(fields.map { $0 + "\r\n" }.joined())Content-Length: 2\r\n\r\nok"
    }

    private static let large = #"X-Session-Set: {"large":"\#(String(repeating: "x", count: 5000))"}"#

    /// A stage and the cookie of a session with `a`.
    private func begun() throws -> (stage: StoreStage, cookie: String) {
        let stage = try StoreStage(session: "spill: memory")
        stage.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        stage.turn { stage.seen.contains("\r\n\r\n") }
        stage.answer(Self.answer(#"X-Session-Set: {"a":1}"#))
        stage.turn { stage.got.hasSuffix("ok") }
        let field = try #require(stage.got.split(separator: "Set-Cookie: ").last?.prefix { $0 != ";" })
        try stage.connectAgain()
        return (stage, String(field))
    }

    /// A request whose session the store need not be asked for, and which the origin has seen.
    private func ask(_ stage: StoreStage, _ cookie: String) {
        stage.forgetSeen()
        stage.send(StoreStage.get(cookie: cookie))
        stage.turn { stage.seen.contains("\r\n\r\n") }
    }

    @Test func `what fits asks no store, and an answer that does not waits for it`() throws {
        let (stage, cookie) = try begun()
        ask(stage, cookie)
        #expect(stage.seen.contains("X-Session: {\"a\":1}\r\n") && stage.store.words.isEmpty)
        stage.answer(Self.answer(Self.large))
        stage.turn { stage.store.words == ["adopt"] }
        stage.settle()
        #expect(stage.got.isEmpty)
        try stage.store.answer(.done)
        stage.turn { stage.got.hasSuffix("ok") }
        let value = try #require(stage.got.split(separator: "_gateway_session=").last?.prefix { $0 != ";" })
        #expect(value.utf8.count == SessionToken.textLength)
        #expect(stage.log.contains("\"session\":\"spilled\""))
    }

    @Test func `a store that fails is a 503, and the session goes on in its cookie`() throws {
        let (stage, cookie) = try begun()
        ask(stage, cookie)
        stage.answer(Self.answer(Self.large))
        stage.turn { stage.store.words == ["adopt"] }
        try stage.store.answer(.failed(why: "nobody there"))
        stage.turn { stage.got.contains("503 Service Unavailable\n") }
        #expect(!stage.got.contains("Set-Cookie"))
        try stage.connectAgain()
        ask(stage, cookie)
        stage.answer(Self.answer(#"X-Session-Set: {"b":2}"#))
        stage.turn { stage.got.hasSuffix("ok") }
        #expect(stage.got.contains("Set-Cookie") && stage.store.words == ["adopt"])
    }

    @Test func `another answer waits until the store has said whose the session is, though the first client is gone`()
        throws
    {
        let (stage, cookie) = try begun()
        ask(stage, cookie)
        stage.answer(Self.answer(Self.large))
        stage.turn { stage.store.words == ["adopt"] }
        try stage.resetClient()
        stage.settle()
        try stage.connectAgain()
        ask(stage, cookie)
        #expect(stage.seen.contains("X-Session: {\"a\":1}\r\n"))
        stage.answer(Self.answer(#"X-Session-Set: {"b":2}"#, #"X-Flash-Add: {"info":"once"}"#))
        stage.settle()
        #expect(stage.got.isEmpty && stage.store.words == ["adopt"])
        try stage.store.answer(.done)
        stage.turn { stage.store.words == ["adopt", "apply"] }
        #expect(stage.store.questions[0].request.key == stage.store.questions[1].request.key)
        try stage.store.answer(.done)
        stage.turn { stage.got.hasSuffix("ok") }
        #expect(stage.got.contains("200 OK") && stage.got.split(separator: "_flash=").count == 2)
        // From now on the old cookie leads to the store.
        try stage.connectAgain()
        stage.forgetSeen()
        stage.send(StoreStage.get(cookie: cookie))
        stage.turn { stage.store.words == ["adopt", "apply", "open"] }
        #expect(stage.store.questions[2].request.key == stage.store.questions[0].request.key)
        try stage.store.answer(.failed(why: "away"))
        stage.turn { stage.got.contains("503 Service Unavailable\n") }
        #expect(!stage.got.contains("Set-Cookie"))
    }

    @Test func `a client that leaves while its answer waits for another's move takes nothing with it`() throws {
        let (stage, cookie) = try begun()
        ask(stage, cookie)
        stage.answer(Self.answer(Self.large))
        stage.turn { stage.store.words == ["adopt"] }
        try stage.resetClient()
        stage.settle()
        try stage.connectAgain()
        ask(stage, cookie)
        stage.answer(Self.answer(#"X-Session-Set: {"b":2}"#))
        stage.settle()
        try stage.resetClient()
        stage.settle()
        try stage.store.answer(.failed(why: "away"))
        stage.settle()
        #expect(stage.store.words == ["adopt"])
        try stage.connectAgain()
        ask(stage, cookie)
        #expect(stage.seen.contains("X-Session: {\"a\":1}\r\n"))
        stage.answer(Self.answer())
        stage.turn { stage.got.hasSuffix("ok") }
    }

    @Test func `a token is looked up, and what the gateway answers itself asks no store`() throws {
        let stage = try StoreStage(session: "spill: memory")
        stage.send(StoreStage.get())
        stage.turn { stage.store.words == ["open"] }
        stage.settle()
        #expect(stage.originConnections == 0)
        try stage.store.answer(stage.store.session("user", "42"))
        stage.turn { stage.seen.contains("X-Session: {\"user\":42}\r\n") }
        #expect(!stage.seen.contains("Cookie:"))
        stage.answer(Self.answer(#"X-Session-Set: {"user":43}"#))
        stage.turn { stage.store.words == ["open", "apply"] }
        try stage.store.answer(.done)
        stage.turn { stage.got.hasSuffix("ok") }
        #expect(!stage.got.contains("Set-Cookie"))
        stage.send(StoreStage.get("/own"))
        stage.turn { stage.got.hasSuffix("own") }
        #expect(stage.store.words == ["open", "apply"])
    }
}
