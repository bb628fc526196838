import Testing

@testable import Sessions

/// Sessions that leave their cookies for a server store, one request after the other.
struct SpillTests {
    private typealias Jar = SpillStage.Jar

    @Test func `what fits stays in the cookie, and what does not moves whole`() throws {
        let stage = SpillStage()
        var jar = Jar()
        #expect(try stage.visit(&jar, .ok(("Set", #"{"a":1}"#))).outcome == .created)
        #expect(!jar.isToken && stage.store.figures.sessions == 0)
        let id = text(try stage.open(jar).idText)
        let moved = try stage.visit(&jar, .ok(SpillStage.large()))
        #expect(moved.outcome == .spilled && moved.setCookies.count == 1)
        #expect(jar.isToken && stage.store.figures.sessions == 1)
        #expect(try stage.shown(jar) == #"{"a":1,"large":"…"}"#)
        #expect(text(try stage.open(jar).idText) != id)
        // From then on it is a stored one: changes need no cookie.
        let changed = try stage.visit(&jar, .ok(("Set", #"{"a":2}"#)))
        #expect(changed.outcome == .changed && changed.setCookies.isEmpty)
        #expect(try stage.visit(&jar, .ok(("Delete", "large"))).setCookies.isEmpty)
        #expect(jar.isToken)
        #expect(try stage.shown(jar) == #"{"a":2}"#)
    }

    @Test func `a session that is too large from the first is made in the store`() throws {
        let stage = SpillStage()
        var jar = Jar()
        #expect(try stage.visit(&jar, .ok(SpillStage.large())).outcome == .spilled)
        #expect(jar.isToken)
        #expect(try stage.open(jar).birth == stage.now)
    }

    @Test func `its chunks are used first, and expired when it moves`() throws {
        let stage = SpillStage { $0.maxChunks = 2 }
        var jar = Jar()
        try stage.visit(&jar, .ok(SpillStage.large()))
        #expect(jar["_gateway_session.1"] != nil && !jar.isToken)
        let moved = try stage.visit(&jar, .ok(SpillStage.large("more", "y")))
        #expect(moved.outcome == .spilled && moved.setCookies.count == 2)
        #expect(jar.isToken && jar.cookies.count == 1)
        // Left over all the same, they go with the next cookie that is written.
        jar.cookies.append(("_gateway_session.1", "left over"))
        #expect(try stage.open(jar).outcome == .opened)
        try stage.visit(&jar, .ok(("Renew", "1")))
        #expect(jar.isToken && jar.cookies.count == 1)
    }

    @Test func `a session keeps its birth, and ends with the lifetime that counts from there`() throws {
        let stage = SpillStage {
            $0.lifetime = 1000
            $0.idleTimeout = 1000
            $0.maxAge = 1000
        }
        var jar = Jar()
        try stage.visit(&jar, .ok(("Set", #"{"a":1}"#)))
        stage.now += 900
        let moved = try stage.visit(&jar, .ok(SpillStage.large()))
        #expect(text(moved.setCookies[0]).contains("Max-Age=100"))
        let opened = try stage.open(jar)
        #expect(opened.birth == SpillStage.start && opened.lastSeen == stage.now)
        stage.now += 99
        #expect(try stage.open(jar).outcome == .opened)
        stage.now += 1
        #expect(try stage.open(jar).outcome == .unknownID)
    }

    @Test func `values to be handed out once stay so`() throws {
        let stage = SpillStage()
        var jar = Jar()
        try stage.visit(&jar, .ok(("Set", #"{"a":1}"#)))
        try stage.visit(&jar, .ok(("Set-Once", #"{"token":"t"}"#), SpillStage.large()))
        #expect(jar.isToken)
        #expect(try stage.shown(jar) == #"{"a":1,"large":"…","token":"t"}"#)
        try stage.visit(&jar)
        #expect(try stage.shown(jar) == #"{"a":1,"large":"…"}"#)
    }

    @Test func `a session that follows a cleared one is tried in the cookie again`() throws {
        let stage = SpillStage()
        var jar = Jar()
        try stage.visit(&jar, .ok(SpillStage.large()))
        let (token, slow) = (jar, try stage.open(jar))
        let back = try stage.visit(&jar, .ok(("Clear", "1"), ("Set", #"{"b":1}"#)))
        #expect(back.outcome == .created && !jar.isToken && stage.store.figures.sessions == 0)
        #expect(try stage.shown(jar) == #"{"b":1}"#)
        // What comes with the token has no session, and must not take the new cookie away.
        let late = try stage.close(stage.open(token))
        #expect(late.setCookies.isEmpty)
        #expect(try stage.close(slow, .ok(("Set", #"{"c":1}"#))).outcome == .gone)
        // One that is too large again stays there, under another token.
        try stage.visit(&jar, .ok(SpillStage.large()))
        let before = jar.session
        try stage.visit(&jar, .ok(("Clear", "1"), SpillStage.large("other")))
        #expect(jar.isToken && jar.session != before)
        #expect(try stage.shown(jar) == #"{"other":"…"}"#)
        let cleared = try stage.visit(&jar, .ok(("Clear", "1")))
        #expect(cleared.outcome == .cleared && jar.cookies.isEmpty && stage.store.figures.sessions == 0)
    }

    @Test func `a cleared session whose successor is too large ends, though that is in the store`() throws {
        let stage = SpillStage()
        var jar = Jar()
        try stage.visit(&jar, .ok(("Set", #"{"a":1}"#)))
        let (old, slow) = (jar, try stage.open(jar))
        #expect(try stage.visit(&jar, .ok(("Clear", "1"), SpillStage.large())).outcome == .spilled)
        #expect(try stage.shown(jar) == #"{"large":"…"}"#)
        #expect(try stage.open(jar).birth == stage.now)
        #expect(try stage.close(slow, .ok(("Set", #"{"b":1}"#))).outcome == .gone)
        #expect(try stage.open(old).outcome == .revoked)
        #expect(try stage.shown(jar) == #"{"large":"…"}"#)
    }

    @Test func `when the store fails the session in the cookie stands`() throws {
        let stage = SpillStage()
        var jar = Jar()
        try stage.visit(&jar, .ok(("Set", #"{"a":1}"#)))
        let asked = try stage.begin(stage.open(jar), .ok(SpillStage.large()))
        #expect(throws: SaveError.unavailable(why: "away")) { try stage.end(asked, .failed(why: "away")) }
        #expect(try stage.shown(jar) == #"{"a":1}"#)
        #expect(try stage.visit(&jar, .ok(("Set", #"{"b":1}"#))).outcome == .changed)
        let again = try stage.begin(stage.open(jar), .ok(SpillStage.large()))
        #expect(throws: SaveError.unavailable(why: "away")) { try stage.end(again, .failed(why: "away")) }
        #expect(try stage.shown(jar) == #"{"a":1,"b":1}"#)
        #expect(try stage.visit(&jar, .ok(SpillStage.large())).outcome == .spilled)
        #expect(try stage.shown(jar) == #"{"a":1,"b":1,"large":"…"}"#)
    }

    @Test func `when the store fails a request with a token fails, and its cookie stays`() throws {
        let stage = SpillStage()
        var jar = Jar()
        try stage.visit(&jar, .ok(SpillStage.large()))
        var (opened, tokens) = stage.find(jar)
        #expect(tokens.count == 1)
        #expect(throws: SaveError.unavailable(why: "away")) {
            try stage.sessions.took(.failed(why: "away"), of: tokens[0], into: &opened, now: stage.now)
        }
        #expect(!opened.hasDeadCookie)
    }

    @Test func `values no store keeps, and a flash cookie too large, change nothing`() throws {
        let stage = SpillStage()
        var jar = Jar()
        try stage.visit(&jar, .ok(("Set", #"{"a":1}"#)))
        let huge = #"{"b":"\#(String(repeating: "x", count: StoredValues.largest))"}"#
        let opened = try stage.open(jar)
        #expect(throws: SaveError.self) { try stage.plan(opened, .ok(("Set", huge))) }
        let flash = #"{"info":"\#(String(repeating: "m", count: 4000))"}"#
        #expect(throws: SaveError.self) { try stage.plan(opened, .ok(SpillStage.large(), ("Flash", flash))) }
        // Nobody waits for a move that has not begun.
        #expect(try stage.visit(&jar, .ok(("Set", #"{"c":1}"#))).outcome == .changed)
        #expect(try stage.shown(jar) == #"{"a":1,"c":1}"#)
        let failed = try stage.close(stage.open(jar), .status(500, SpillStage.large()))
        #expect(failed.outcome == .unchanged && stage.store.figures.sessions == 0)
    }

    @Test func `messages travel in their own cookie, wherever the values are`() throws {
        let stage = SpillStage()
        var jar = Jar()
        try stage.visit(&jar, .ok(SpillStage.large(), ("Flash", #"{"info":"Moved."}"#)), isPage: true)
        #expect(jar.isToken && jar["_gateway_session_flash"] != nil)
        #expect(text(try stage.open(jar).flashJSON) == #"{"info":["Moved."]}"#)
        try stage.visit(&jar, isPage: true)
        #expect(jar.isToken && jar.cookies.count == 1)
    }

    @Test func `of twins the newest that opens counts, sealed or stored`() throws {
        let stage = SpillStage()
        var (small, large) = (Jar(), Jar())
        try stage.visit(&small, .ok(("Set", #"{"a":1}"#)))
        stage.now += 10
        try stage.visit(&large, .ok(SpillStage.large()))
        var both = Jar(cookies: small.cookies + large.cookies)
        #expect(try stage.shown(both) == #"{"large":"…"}"#)
        #expect(try stage.open(both).hadTwins)
        stage.now += 10
        try stage.visit(&small, .ok(("Set", #"{"a":2}"#)))
        both = Jar(cookies: large.cookies + small.cookies)
        #expect(try stage.shown(both) == #"{"a":2}"#)
        // One that is not there beside one that opens is no reason to take a cookie away.
        try stage.visit(&large, .ok(("Clear", "1")))
        #expect(try stage.shown(both) == #"{"a":2}"#)
        #expect(try stage.close(stage.open(both)).setCookies.isEmpty)
    }

    @Test func `a token nobody gave out is no session, and is expired`() throws {
        let stage = SpillStage()
        var value: [UInt8] = []
        SessionToken(random: &stage.random).write(into: &value)
        var jar = Jar(cookies: [("_gateway_session", text(value))])
        #expect(try stage.open(jar).outcome == .unknownID)
        #expect(try stage.visit(&jar).outcome == .expired)
        #expect(jar.cookies.isEmpty)
    }

    @Test func `a session in the store is revoked by its id, by its subject, and by its service`() throws {
        let stage = SpillStage { $0.subject = "user" }
        let cookies = stage.sessions.cookies
        var jars = (0..<3).map { _ in Jar() }
        for place in jars.indices {
            try stage.visit(&jars[place], .ok(("Set", #"{"user":\#(place)}"#)))
            try stage.visit(&jars[place], .ok(SpillStage.large()))
            #expect(jars[place].isToken)
        }
        #expect(cookies.revoke(id: text(try stage.open(jars[0]).idText), now: stage.now))
        #expect(try stage.open(jars[0]).outcome == .revoked)
        #expect(cookies.revoke(subject: "1", now: stage.now))
        #expect(try stage.open(jars[1]).outcome == .revoked)
        try stage.visit(&jars[2], .ok(("Revoke", "1")))
        #expect(jars[2].cookies.isEmpty && stage.store.figures.sessions == 2)
    }

    @Test func `who signs in after a revocation and moves with that answer, or later, is in`() throws {
        let stage = SpillStage { $0.subject = "user" }
        var (jar, other) = (SpillStage.Jar(), SpillStage.Jar())
        try stage.visit(&jar, .ok(("Set", #"{"a":1}"#)))
        stage.now += 10
        #expect(stage.sessions.cookies.revoke(subject: "42", now: stage.now))
        // Born before it, and signed in in the same second.
        try stage.visit(&jar, .ok(("Set", #"{"user":42}"#)))
        try stage.visit(&jar, .ok(SpillStage.large()))
        #expect(jar.isToken)
        #expect(try stage.open(jar).outcome == .opened)
        // Whoever ends all others stays in, though the session moves with that.
        stage.now += 5
        try stage.visit(&other, .ok(("Set", #"{"user":42}"#)))
        try stage.visit(&other, .ok(("Revoke", "others"), SpillStage.large()))
        #expect(other.isToken)
        #expect(try stage.open(other).outcome == .opened)
        #expect(try stage.open(jar).outcome == .revoked)
    }

    @Test func `a sealed cookie is never as long as a token`() throws {
        let stage = SpillStage()
        var jar = Jar()
        try stage.visit(&jar, .ok(("Set", #"{"":0}"#)))
        #expect(jar.session.utf8.count > SessionToken.textLength * 2)
    }

    @Test func `a cookie made for more chunks than there are now moves, and its request never fails for it`() throws {
        let stage = SpillStage { $0.maxChunks = 2 }
        var jar = Jar()
        try stage.visit(&jar, .ok(SpillStage.large()))
        let fewer = SpillSessions(
            CookieSessions(
                .testing {
                    $0.spill = .memory
                    $0.maxChunks = 1
                },
                memory: stage.memory
            )
        )
        let opened = try stage.open(jar)
        stage.now += 100
        let plan = try fewer.plan(
            opened,
            changes: SessionChanges(),
            status: 200,
            isPage: false,
            secureConnection: false,
            now: stage.now,
            random: &stage.random
        )
        guard case .asks(let asked, let save) = plan else {
            Issue.record("nothing is asked")
            return
        }
        let answer = fewer.finish(save, .failed(why: "away"), now: stage.now)
        let closed = try fewer.close(save, answer, of: asked, secureConnection: false, now: stage.now)
        #expect(closed.outcome == .unchanged && closed.setCookies.isEmpty)
        #expect(try stage.shown(jar) == #"{"large":"…"}"#)
    }

    @Test func `without the setting what is too large fails, as ever`() throws {
        var browser = Browser()
        #expect(throws: SaveError.self) { try browser.visit(.ok(SpillStage.large())) }
    }

    @Test func `what a cookie holds is told from what a token is`() throws {
        let stage = SpillStage()
        var jar = Jar()
        try stage.visit(&jar, .ok(SpillStage.large()))
        let inspection = stage.sessions.cookies.inspect(name: "_gateway_session", value: jar.session, now: stage.now)
        #expect(inspection.isToken && inspection.refusal == nil && inspection.json.isEmpty)
        let id = try stage.open(jar).idText
        #expect(inspection.id?.text == id)
    }
}
