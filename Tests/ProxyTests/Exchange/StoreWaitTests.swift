import LinuxIO
import Sessions
import Testing

@testable import Proxy

/// An exchange whose session's store takes its time: what waits, what goes on, and what becomes of late answers.
struct StoreWaitTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    /// A request whose session was opened, and which the origin has seen.
    private func opened(_ stage: StoreStage, _ request: String = StoreStage.get()) throws {
        stage.send(request)
        stage.turn { stage.store.words == ["open"] }
        try stage.store.answer(stage.store.session())
        stage.turn { stage.seen.contains("\r\n\r\n") }
    }

    // MARK: Opening

    @Test func `nothing goes upstream until the session is opened`() throws {
        let stage = try StoreStage()
        stage.send(StoreStage.get())
        stage.turn { stage.store.words == ["open"] }
        stage.settle()
        #expect(stage.originConnections == 0 && stage.got.isEmpty)
        try stage.store.answer(stage.store.session("user", "42"))
        stage.turn { stage.seen.contains("\r\n\r\n") }
        #expect(stage.seen.contains("X-Session: {\"user\":42}\r\n"))
        #expect(stage.seen.contains("\r\nX-Session-Id: "))
        #expect(!stage.seen.contains("Cookie:"))
        stage.answer(Self.ok)
        stage.turn { stage.got.hasSuffix("ok") }
        #expect(!stage.got.contains("Set-Cookie"))
        #expect(stage.store.words == ["open"])
        #expect(stage.log.contains("\"session\":\"opened\""))
    }

    @Test func `cookies of the name are looked up one after the other`() throws {
        let stage = try StoreStage()
        let cookies = [StoreStage.cookie(1), "_gateway_session=dead", StoreStage.cookie(2), StoreStage.cookie(3)]
        stage.send(StoreStage.get(cookie: cookies.joined(separator: "; ")))
        stage.turn { stage.store.words == ["open"] }
        try stage.store.answer(stage.store.session("a", "1", lastSeen: 1 << 39))
        #expect(stage.store.words == ["open", "open"])
        try stage.store.answer(stage.store.session("b", "2", lastSeen: 1 << 40))
        try stage.store.answer(.absent)
        stage.turn { stage.seen.contains("\r\n\r\n") }
        #expect(stage.seen.contains("X-Session: {\"b\":2}\r\n"))
        #expect(Set(stage.store.questions.map(\.request.key)).count == 3)
    }

    @Test func `a visitor without a cookie, and what the gateway answers itself, ask no store`() throws {
        let stage = try StoreStage()
        stage.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        stage.turn { stage.seen.contains("X-Session: {}\r\n") }
        stage.answer(Self.ok)
        stage.turn { stage.got.hasSuffix("ok") }
        stage.send(StoreStage.get("/own"))
        stage.turn { stage.got.hasSuffix("own") }
        stage.send(StoreStage.get("/api/x"))
        stage.turn { stage.seen.contains("/api/x") }
        #expect(stage.store.words.isEmpty)
    }

    @Test func `a store that fails is a 503, the service is not asked, and the connection goes on`() throws {
        let stage = try StoreStage()
        stage.send(StoreStage.get("/away"))
        stage.turn { stage.store.words == ["open"] }
        try stage.store.answer(.failed(why: "nobody there"))
        stage.turn { stage.got.contains("503 Service Unavailable\n") }
        #expect(stage.got.contains("Proxy-Status: gateway; error=proxy_internal_error\r\n"))
        #expect(stage.got.contains("Retry-After: 1\r\n") && !stage.got.contains("Set-Cookie"))
        #expect(stage.originConnections == 0)
        let log = stage.log
        #expect(log.contains("\"session\":\"store_error\"") && log.contains("nobody there"))
        stage.send(StoreStage.get())
        stage.turn { stage.store.words == ["open", "open"] }
        try stage.store.answer(stage.store.session())
        stage.turn { stage.seen.contains("X-Session: {\"a\":1}\r\n") }
    }

    @Test func `a store that fails at once is a 503 too`() throws {
        let stage = try StoreStage()
        stage.store.immediate = .failed(why: "cut off")
        stage.send("POST / HTTP/1.1\r\nHost: a\r\nCookie: \(StoreStage.cookie())\r\nContent-Length: 3\r\n\r\nabc")
        stage.turn { stage.got.contains("503 Service Unavailable\n") }
        stage.store.immediate = .absent
        stage.send(StoreStage.get())
        stage.turn { stage.seen.contains("X-Session: {}\r\n") }
    }

    @Test func `an id the store does not know is no session, and its cookie is expired`() throws {
        let stage = try StoreStage()
        stage.send(StoreStage.get())
        stage.turn { stage.store.words == ["open"] }
        try stage.store.answer(.absent)
        stage.turn { stage.seen.contains("X-Session: {}\r\n") }
        stage.answer(Self.ok)
        stage.turn { stage.got.hasSuffix("ok") }
        #expect(stage.got.contains("Set-Cookie: _gateway_session=;") && stage.got.contains("Max-Age=0"))
        #expect(stage.log.contains("\"session\":\"unknown\""))
    }

    @Test func `a body that came with the head, or after it, waits for the session and then goes whole`() throws {
        let stage = try StoreStage()
        stage.send("POST / HTTP/1.1\r\nHost: a\r\nCookie: \(StoreStage.cookie())\r\nContent-Length: 6\r\n\r\nabc")
        stage.turn { stage.store.words == ["open"] }
        stage.send("def")
        stage.settle()
        try stage.store.answer(stage.store.session())
        stage.turn { stage.seen.hasSuffix("\r\n\r\nabcdef") }
        stage.answer(Self.ok)
        stage.turn { stage.got.hasSuffix("ok") }
    }

    @Test func `a large body is not read on while the session is opened`() throws {
        let stage = try StoreStage("timeouts: { request_body: 100ms }")
        let size = 24 << 20
        stage.send("POST / HTTP/1.1\r\nHost: a\r\nCookie: \(StoreStage.cookie())\r\nContent-Length: \(size)\r\n\r\n")
        stage.turn { stage.store.words == ["open"] }
        var pushed = 0
        var stalls = 0
        while stalls < 20 {
            let more = stage.push(min(1 << 20, size - pushed))
            pushed += more
            stalls = more == 0 ? stalls + 1 : 0
            // Longer than the body's time: while nobody reads it, it is not the client who is slow.
            stage.worker.loop.runOnce(timeoutNanoseconds: 10_000_000)
        }
        #expect(pushed < size)
        try stage.store.answer(stage.store.session())
        stage.turn {
            if pushed < size { pushed += stage.push(min(1 << 20, size - pushed)) }
            return stage.seen.utf8.count > size
        }
    }

    @Test func `100 Continue comes once the session is opened and the service asks for the body`() throws {
        let stage = try StoreStage()
        // A connection that is used again, as most are.
        stage.send(StoreStage.get("/api/first"))
        stage.turn { stage.seen.contains("/api/first") }
        stage.answer(Self.ok)
        stage.turn { stage.got.hasSuffix("ok") }
        let head = "Host: a\r\nCookie: \(StoreStage.cookie())\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        stage.send("POST /expecting HTTP/1.1\r\n" + head)
        stage.turn { stage.store.words == ["open"] }
        stage.settle()
        #expect(!stage.got.contains("100 Continue"))
        try stage.store.answer(stage.store.session())
        stage.turn { stage.seen.contains("/expecting") }
        #expect(stage.originConnections == 1)
        stage.answer("HTTP/1.1 100 Continue\r\n\r\n")
        stage.turn { stage.got.hasSuffix("HTTP/1.1 100 Continue\r\n\r\n") }
        stage.send("abc")
        stage.turn { stage.seen.hasSuffix("abc") }
        // And where no store is asked.
        stage.answer(Self.ok)
        stage.turn { stage.got.hasSuffix("ok") }
        stage.send("POST /api/second HTTP/1.1\r\n" + head)
        stage.turn { stage.seen.contains("/api/second") }
    }

    @Test func `pipelined requests wait for each other`() throws {
        let stage = try StoreStage()
        stage.send(StoreStage.get("/1") + StoreStage.get("/2") + StoreStage.get("/own"))
        stage.turn { stage.store.words == ["open"] }
        stage.settle()
        #expect(stage.store.words.count == 1)
        for target in ["/1", "/2"] {
            try stage.store.answer(stage.store.session())
            stage.turn { stage.seen.contains("GET \(target) ") }
            stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\(target)")
            stage.turn { stage.got.contains("\r\n\r\n\(target)") }
        }
        stage.turn { stage.got.hasSuffix("own") }
        #expect(stage.store.words == ["open", "open"])
    }

    @Test func `a client that leaves while the session is opened is forgotten, and the answer comes too late`() throws {
        let stage = try StoreStage()
        stage.send(StoreStage.get("/left"))
        stage.turn { stage.store.words == ["open"] }
        try stage.resetClient()
        stage.turn { stage.log.contains("/left") }
        // Another request takes the same exchange, and asks as well.
        try stage.connectAgain()
        stage.send(StoreStage.get("/other", cookie: StoreStage.cookie(9)))
        stage.turn { stage.store.words == ["open", "open"] }
        #expect(stage.store.questions[0].waiter === stage.store.questions[1].waiter)
        try stage.store.answer(stage.store.session("stolen"), 0)
        stage.settle()
        #expect(stage.originConnections == 0)
        try stage.store.answer(stage.store.session("own"), 1)
        stage.turn { stage.seen.contains("X-Session: {\"own\":1}\r\n") }
        // Twice is once too often, and does nothing.
        try stage.store.answer(stage.store.session("stolen"), 1)
        stage.answer(Self.ok)
        stage.turn { stage.got.hasSuffix("ok") }
        try stage.store.answer(stage.store.session("stolen"), 1)
    }

    @Test func `a gateway that drains finishes requests that wait, and closes its stores`() throws {
        let stage = try StoreStage()
        stage.send(StoreStage.get())
        stage.turn { stage.store.words == ["open"] }
        stage.worker.drain()
        stage.settle()
        try stage.store.answer(stage.store.session())
        stage.turn { stage.seen.contains("\r\n\r\n") }
        stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Session-Set: {\"b\":1}\r\n\r\nok")
        stage.turn { stage.store.words == ["open", "apply"] }
        try stage.store.answer(.done)
        stage.turn { stage.got.hasSuffix("ok") }
        #expect(stage.got.contains("Connection: close\r\n"))
        stage.worker.edition.closeStores(except: nil)
        #expect(stage.store.isClosed)
    }

    @Test func `the time for a drain ends a wait`() throws {
        let stage = try StoreStage("timeouts: { drain: 30ms }")
        stage.send(StoreStage.get("/cut"))
        stage.turn { stage.store.words == ["open"] }
        stage.worker.drain()
        stage.turn { stage.log.contains("timeouts.drain") }
        // The store has not said yet whether the cookie is good.
        #expect(!stage.got.contains("Set-Cookie"))
        try stage.store.answer(stage.store.session())
        stage.settle()
        #expect(stage.originConnections == 0)
    }

    // MARK: Saving

    @Test func `the client sees nothing of an answer until the session is saved, then all of it`() throws {
        let stage = try StoreStage()
        try opened(stage)
        stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 8\r\nX-Session-Set: {\"b\":1}\r\nX-Session-Renew: 1\r\n\r\nab")
        stage.turn { stage.store.words == ["open", "renew"] }
        stage.answer("cd")
        stage.settle()
        stage.answer("ef")
        stage.settle()
        #expect(stage.got.isEmpty)
        try stage.store.answer(.done)
        stage.turn { stage.got.hasSuffix("\r\n\r\nabcdef") }
        stage.answer("gh")
        stage.turn { stage.got.hasSuffix("abcdefgh") }
        #expect(stage.got.contains("Set-Cookie: _gateway_session="))
        #expect(stage.got.contains("private, no-cache=\"Set-Cookie\"") && !stage.got.contains("X-Session"))
        #expect(stage.log.contains("\"session\":\"renewed\""))
        // The upstream's connection is used again.
        stage.forgetSeen()
        stage.send(StoreStage.get("/next"))
        stage.turn { stage.store.words.count == 3 }
        try stage.store.answer(stage.store.session())
        stage.turn { stage.seen.contains("/next") }
        #expect(stage.originConnections == 1)
    }

    @Test(arguments: ["", "X-Session-Clear: 1\r\n"])
    func `an answer without a body, and one whose head comes in pieces, wait as well`(_ field: String) throws {
        let stage = try StoreStage()
        try opened(stage)
        for part in [
            "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No", " Content\r\n\(field)X-Session-", "Set: {\"b\":1}\r\n\r",
        ] {
            stage.answer(part)
            stage.settle()
        }
        stage.answer("\n")
        stage.turn { stage.store.words.count == 2 }
        stage.settle()
        #expect(stage.got == "HTTP/1.1 103 Early Hints\r\n\r\n")
        try stage.store.answer(.done)
        stage.turn { stage.got.contains("HTTP/1.1 204 No Content\r\n") && stage.got.hasSuffix("\r\n\r\n") }
        #expect(stage.got.contains("Set-Cookie") == !field.isEmpty)
    }

    @Test func `chunks and trailers that came meanwhile are relayed`() throws {
        let stage = try StoreStage()
        try opened(stage)
        stage.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Session-Delete: a\r\n\r\n2\r\nab\r\n3\r\ncd")
        stage.turn { stage.store.words == ["open", "apply"] }
        stage.answer("e\r\n0\r\nX-Trailer: t\r\n\r\n")
        stage.settle()
        #expect(stage.got.isEmpty)
        try stage.store.answer(.emptied)
        stage.turn { stage.got.hasSuffix("0\r\nX-Trailer: t\r\n\r\n") }
        #expect(stage.got.contains("Set-Cookie: _gateway_session=;"))
        #expect(stage.got.contains("\r\n2\r\nab\r\n"))
        #expect(stage.log.contains("\"session\":\"cleared\""))
    }

    @Test func `an upstream that closes meanwhile has said all it had to say`() throws {
        let stage = try StoreStage()
        try opened(stage)
        stage.answer("HTTP/1.1 200 OK\r\nX-Session-Set: {\"b\":1}\r\n\r\nabc")
        stage.turn { stage.store.words == ["open", "apply"] }
        stage.answer("def")
        stage.closeOrigin()
        stage.settle()
        #expect(stage.got.isEmpty)
        try stage.store.answer(.done)
        stage.turn { stage.got.hasSuffix("\r\n6\r\nabcdef\r\n0\r\n\r\n") || stage.got.hasSuffix("def\r\n0\r\n\r\n") }
    }

    @Test func `an upstream that breaks off meanwhile is seen to break off`() throws {
        let stage = try StoreStage()
        try opened(stage)
        stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX-Session-Set: {\"b\":1}\r\n\r\nabc")
        stage.turn { stage.store.words == ["open", "apply"] }
        stage.closeOrigin()
        stage.settle()
        try stage.store.answer(.done)
        stage.turn { stage.log.contains("upstream response ended early") }
        stage.settle()
        #expect(stage.got.hasSuffix("\r\n\r\nabc"))
    }

    @Test func `a save that fails is a 503, and nothing of the answer is shown`() throws {
        let stage = try StoreStage()
        try opened(stage, StoreStage.get("/lost"))
        stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Session-Set: {\"b\":1}\r\nX-Mark: 1\r\n\r\nsecret")
        stage.turn { stage.store.words == ["open", "apply"] }
        try stage.store.answer(.failed(why: "timed out"))
        stage.turn { stage.got.hasSuffix("503 Service Unavailable\n") }
        #expect(!stage.got.contains("secret") && !stage.got.contains("X-Mark") && !stage.got.contains("Set-Cookie"))
        let log = stage.log
        #expect(log.contains("\"session\":\"store_error\"") && log.contains("timed out"))
        // The connection it came on is given up, the client's is not.
        stage.send(StoreStage.get("/next"))
        stage.turn { stage.store.words.count == 3 }
        try stage.store.answer(stage.store.session())
        stage.turn { stage.seen.contains("/next") }
        #expect(stage.originConnections == 2)
    }

    @Test func `a touch that fails costs nothing`() throws {
        let stage = try StoreStage()
        stage.send(StoreStage.get())
        stage.turn { stage.store.words == ["open"] }
        try stage.store.answer(stage.store.session(lastSeen: 1))
        stage.turn { stage.seen.contains("\r\n\r\n") }
        stage.answer(Self.ok)
        stage.turn { stage.store.words == ["open", "apply"] }
        try stage.store.answer(.failed(why: "away"))
        stage.turn { stage.got.hasSuffix("\r\n\r\nok") }
        #expect(stage.got.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(stage.log.contains("\"session\":\"store_error\""))
    }

    @Test func `a session that is gone takes its changes along, and the answer passes`() throws {
        let stage = try StoreStage()
        try opened(stage)
        stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Session-Set: {\"b\":1}\r\n\r\nok")
        stage.turn { stage.store.words == ["open", "apply"] }
        try stage.store.answer(.gone)
        stage.turn { stage.got.hasSuffix("ok") }
        #expect(!stage.got.contains("Set-Cookie"))
        #expect(stage.log.contains("\"session\":\"gone\""))
    }

    @Test func `a client that leaves while the session is saved is forgotten, and the answer comes too late`() throws {
        let stage = try StoreStage()
        try opened(stage, StoreStage.get("/left"))
        stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Session-Set: {\"b\":1}\r\n\r\nok")
        stage.turn { stage.store.words == ["open", "apply"] }
        try stage.resetClient()
        stage.turn { stage.log.contains("/left") }
        try stage.connectAgain()
        try stage.store.answer(.done)
        stage.send(StoreStage.get("/other"))
        stage.turn { stage.store.words.count == 3 }
        try stage.store.answer(.done, 1)
        try stage.store.answer(stage.store.session())
        stage.turn { stage.seen.contains("/other") }
        stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Session-Set: {\"b\":1}\r\n\r\nnew")
        stage.turn { stage.store.words.count == 4 }
        try stage.store.answer(.done, 1)
        stage.settle()
        #expect(stage.got.isEmpty)
        try stage.store.answer(.done)
        stage.turn { stage.got.hasSuffix("new") }
    }

    @Test func `sessions of others that an answer ends are ended even when its client has left`() throws {
        let stage = try StoreStage(session: "store: memory, subject: user")
        stage.send(StoreStage.get("/left"))
        stage.turn { stage.store.words == ["open"] }
        try stage.store.answer(stage.store.session("user", "42", lastSeen: 1))
        stage.turn { stage.seen.contains("\r\n\r\n") }
        stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Session-Revoke: others\r\n\r\nok")
        stage.turn { stage.store.words == ["open", "renew"] }
        try stage.resetClient()
        stage.turn { stage.log.contains("/left") }
        try stage.store.answer(.done)
        try stage.connectAgain()
        stage.send(StoreStage.get("/other", cookie: StoreStage.cookie(2)))
        stage.turn { stage.store.words.count == 3 }
        try stage.store.answer(stage.store.session("user", "42", lastSeen: 1))
        stage.turn { stage.seen.contains("/other") }
        #expect(stage.seen.contains("X-Session: {}\r\n"))
    }

    @Test func `a head that is larger than what may wait goes out, and its body follows`() throws {
        let stage = try StoreStage()
        stage.send(StoreStage.get())
        stage.turn { stage.store.words == ["open"] }
        let session = try stage.store.session("a", "\"" + String(repeating: "x", count: 100_000) + "\"")
        try stage.store.answer(session)
        stage.turn { stage.seen.hasSuffix("\r\n\r\n") }
        stage.answer(Self.ok)
        stage.turn { stage.got.hasSuffix("ok") }
        stage.store.immediate = session
        stage.forgetSeen()
        // With its body in one piece: nothing but the head's size keeps that back.
        stage.send("POST / HTTP/1.1\r\nHost: a\r\nCookie: \(StoreStage.cookie())\r\nContent-Length: 4\r\n\r\nbody")
        stage.turn { stage.seen.hasSuffix("\r\n\r\nbody") }
        #expect(stage.originConnections == 1)
    }

    @Test func `a request's body goes on to the service while its early answer is saved`() throws {
        let stage = try StoreStage()
        stage.send("POST / HTTP/1.1\r\nHost: a\r\nCookie: \(StoreStage.cookie())\r\nContent-Length: 6\r\n\r\nabc")
        stage.turn { stage.store.words == ["open"] }
        try stage.store.answer(stage.store.session())
        stage.turn { stage.seen.hasSuffix("\r\n\r\nabc") }
        stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Session-Set: {\"b\":1}\r\n\r\nok")
        stage.turn { stage.store.words == ["open", "apply"] }
        stage.send("def")
        stage.turn { stage.seen.hasSuffix("abcdef") }
        #expect(stage.got.isEmpty)
        try stage.store.answer(.done)
        stage.turn { stage.got.hasSuffix("ok") }
        stage.send(StoreStage.get("/own"))
        stage.turn { stage.got.hasSuffix("own") }
    }

    @Test func `a body over its limit ends the wait, and the save's answer comes too late`() throws {
        let stage = try StoreStage(route: ", max_body: 4")
        let head = "POST / HTTP/1.1\r\nHost: a\r\nCookie: \(StoreStage.cookie())\r\nTransfer-Encoding: chunked\r\n\r\n"
        stage.send(head + "3\r\nabc\r\n")
        stage.turn { stage.store.words == ["open"] }
        try stage.store.answer(stage.store.session())
        stage.turn { stage.seen.contains("abc") }
        stage.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Session-Set: {\"b\":1}\r\n\r\nok")
        stage.turn { stage.store.words == ["open", "apply"] }
        stage.send("3\r\ndef\r\n")
        stage.turn { stage.got.contains("HTTP/1.1 413 ") }
        try stage.store.answer(.done)
        stage.settle()
        #expect(stage.got.ranges(of: "HTTP/1.1 ").count == 1 && !stage.got.hasSuffix("ok"))
    }
}
