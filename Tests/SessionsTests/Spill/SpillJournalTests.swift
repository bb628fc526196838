import Testing

@testable import Sessions

/// Requests beside each other, one of which moves their session to a server store.
struct SpillJournalTests {
    private typealias Jar = SpillStage.Jar

    private func begun(_ stage: SpillStage, _ values: String = #"{"a":1,"b":1}"#) throws -> Jar {
        var jar = Jar()
        try stage.visit(&jar, .ok(("Set", values)))
        return jar
    }

    @Test func `a slower answer loses nothing, and brings the token`() throws {
        let stage = SpillStage()
        var jar = try begun(stage)
        let old = jar
        let (first, second, third) = (try stage.open(jar), try stage.open(jar), try stage.open(jar))
        jar.take(try stage.close(first, .ok(SpillStage.large())))
        let slower = try stage.close(second, .ok(("Set", #"{"a":2}"#), ("Delete", "b")))
        #expect(slower.outcome == .changed)
        var other = old
        other.take(slower)
        #expect(other.session == jar.session)
        #expect(try stage.shown(jar) == #"{"a":2,"large":"…"}"#)
        // One that asks for nothing writes no sealed cookie over the token.
        stage.now += 100
        #expect(try stage.close(third).setCookies.isEmpty)
    }

    @Test func `the old cookie leads to the store, and its answer brings the token`() throws {
        let stage = SpillStage()
        var jar = try begun(stage)
        var old = jar
        try stage.visit(&jar, .ok(SpillStage.large()))
        #expect(try stage.shown(old) == #"{"a":1,"b":1,"large":"…"}"#)
        #expect(try stage.visit(&old).outcome == .touched)
        #expect(old.session == jar.session)
        // After the journal has forgotten, it opens as what it holds.
        var later = try begun(stage)
        let copy = later
        try stage.visit(&later, .ok(SpillStage.large()))
        stage.now += SessionJournal.longWindow + 1
        #expect(try stage.shown(copy) == #"{"a":1,"b":1}"#)
    }

    @Test func `while the store is asked other answers wait, and requests are opened as before`() throws {
        let stage = SpillStage()
        var jar = try begun(stage)
        let (first, second, reader) = (try stage.open(jar), try stage.open(jar), try stage.open(jar))
        let asked = try stage.begin(first, .ok(SpillStage.large()))
        #expect(try stage.waits(second, .ok(("Set", #"{"c":1}"#))))
        #expect(try stage.waits(second, .ok(("Clear", "1"))))
        #expect(try stage.shown(jar) == #"{"a":1,"b":1}"#)
        // What changes nothing waits for nobody.
        stage.now += 59
        #expect(try stage.close(reader).setCookies.isEmpty)
        #expect(stage.find(jar).tokens.isEmpty)
        jar.take(try stage.end(asked))
        #expect(try stage.close(second, .ok(("Set", #"{"c":1}"#))).outcome == .changed)
        #expect(try stage.shown(jar) == #"{"a":1,"b":1,"large":"…","c":1}"#)
    }

    @Test func `when a move fails those who waited go on in the cookie`() throws {
        let stage = SpillStage()
        var jar = try begun(stage)
        try stage.visit(&jar, .ok(("Set", #"{"a":2}"#)))
        let (first, second) = (try stage.open(jar), try stage.open(jar))
        let asked = try stage.begin(first, .ok(SpillStage.large()))
        #expect(try stage.waits(second, .ok(("Set", #"{"c":1}"#))))
        #expect(throws: SaveError.self) { try stage.end(asked, .failed(why: "away")) }
        jar.take(try stage.close(second, .ok(("Set", #"{"c":1}"#))))
        #expect(!jar.isToken)
        #expect(try stage.shown(jar) == #"{"a":2,"b":1,"c":1}"#)
    }

    @Test func `a move that nobody ends holds nobody for longer than a minute, and then undoes nothing`() throws {
        let stage = SpillStage()
        var jar = try begun(stage)
        let (first, second) = (try stage.open(jar), try stage.open(jar))
        let asked = try stage.begin(first, .ok(SpillStage.large()))
        #expect(try stage.waits(second, .ok(("Set", #"{"c":1}"#))))
        stage.now += JournalEntry.longestMove
        jar.take(try stage.close(second, .ok(("Set", #"{"c":1}"#))))
        #expect(try stage.end(asked).outcome == .gone)
        #expect(!jar.isToken)
        #expect(try stage.shown(jar) == #"{"a":1,"b":1,"c":1}"#)
    }

    @Test func `clear wins over a slower answer, and is not undone by one`() throws {
        let stage = SpillStage()
        var jar = try begun(stage)
        let old = jar
        let (first, second, third) = (try stage.open(jar), try stage.open(jar), try stage.open(jar))
        jar.take(try stage.close(first, .ok(SpillStage.large())))
        // By an answer that had the sealed cookie.
        jar.take(try stage.close(second, .ok(("Clear", "1"))))
        #expect(jar.cookies.isEmpty && stage.store.figures.sessions == 0)
        #expect(try stage.close(third, .ok(("Set", #"{"late":1}"#))).outcome == .gone)
        #expect(try stage.open(old).outcome == .revoked)
        #expect(try stage.shown(old) == "{}")
        #expect(try stage.close(stage.open(old)).setCookies.isEmpty)
    }

    @Test func `a slower answer that clears and sets ends the stored session, and makes a sealed one`() throws {
        let stage = SpillStage()
        var jar = try begun(stage)
        let old = jar
        let (first, second, third) = (try stage.open(jar), try stage.open(jar), try stage.open(jar))
        jar.take(try stage.close(first, .ok(SpillStage.large())))
        let (token, led) = (jar, try stage.open(old))
        jar.take(try stage.close(second, .ok(("Clear", "1"), ("Set", #"{"n":1}"#))))
        #expect(!jar.isToken && stage.store.figures.sessions == 0)
        for cookies in [old, token] {
            #expect(try stage.shown(cookies) == "{}")
            #expect(try stage.close(stage.open(cookies)).setCookies.isEmpty)
        }
        #expect(try stage.close(third, .ok(("Set", #"{"late":1}"#))).outcome == .gone)
        // One that was opened from the store before that must not hand its token out.
        #expect(try stage.close(led).setCookies.isEmpty)
        #expect(try stage.shown(jar) == #"{"n":1}"#)
    }

    @Test func `after a sign-in the old cookie is not led to the stored session, but what its answer sets is kept`()
        throws
    {
        let stage = SpillStage()
        var jar = try begun(stage)
        let old = jar
        let (first, second) = (try stage.open(jar), try stage.open(jar))
        jar.take(try stage.close(first, .ok(SpillStage.large(), ("Set", #"{"user":42}"#))))
        #expect(jar.isToken)
        let slower = try stage.close(second, .ok(("Set", #"{"a":2}"#), ("Renew", "1")))
        #expect(slower.outcome == .changed && slower.setCookies.isEmpty)
        #expect(try stage.shown(jar) == #"{"a":2,"b":1,"large":"…","user":42}"#)
        // As before the sign-in, for the seconds in which requests may be on their way.
        #expect(stage.find(old).tokens.isEmpty)
        #expect(try stage.shown(old) == #"{"a":1,"b":1}"#)
    }

    @Test func `an answer under the id of before a sign-in may move the session that followed, and is not told`() throws
    {
        let stage = SpillStage()
        var jar = try begun(stage)
        let (first, second) = (try stage.open(jar), try stage.open(jar))
        jar.take(try stage.close(first, .ok(("Set", #"{"user":42}"#))))
        #expect(!jar.isToken)
        let slower = try stage.close(second, .ok(SpillStage.large()))
        #expect(slower.outcome == .spilled && slower.setCookies.isEmpty)
        #expect(try stage.shown(jar) == #"{"a":1,"b":1,"user":42,"large":"…"}"#)
        try stage.visit(&jar)
        #expect(jar.isToken)
    }

    @Test func `a value that was handed out by the cookie is used up in the store, and one set since is not`() throws {
        let stage = SpillStage()
        var jar = try begun(stage, #"{"a":1}"#)
        let (first, second) = (try stage.open(jar), try stage.open(jar))
        try stage.visit(&jar, .ok(("Set-Once", #"{"t":"one","u":"one"}"#)))
        let handed = try stage.open(jar)
        // Those two were handed neither, so that both move, and one is set anew.
        jar.take(try stage.close(first, .ok(SpillStage.large())))
        #expect(jar.isToken)
        #expect(try stage.shown(jar) == #"{"a":1,"t":"one","u":"one","large":"…"}"#)
        _ = try stage.close(second, .ok(("Set-Once", #"{"t":"two"}"#)))
        _ = try stage.close(handed, .ok(("Set", #"{"b":1}"#)))
        #expect(try stage.shown(jar) == #"{"a":1,"t":"two","large":"…","b":1}"#)
    }

    @Test func `a renewal by a slower answer makes the first token worthless`() throws {
        let stage = SpillStage()
        var jar = try begun(stage)
        let (first, second, third) = (try stage.open(jar), try stage.open(jar), try stage.open(jar))
        var old = jar
        jar.take(try stage.close(first, .ok(SpillStage.large())))
        let token = jar
        let reader = try stage.open(old)
        let renewed = try stage.close(second, .ok(("Set", #"{"user":42}"#)))
        #expect(renewed.outcome == .renewed)
        jar.take(renewed)
        #expect(jar.isToken && jar.session != token.session)
        #expect(try stage.shown(token) == "{}")
        // Nor do slower answers hand it out again, whose changes are kept.
        #expect(try stage.close(third, .ok(("Set", #"{"b":2}"#))).setCookies.isEmpty)
        #expect(try stage.close(reader).setCookies.isEmpty)
        #expect(try stage.visit(&old).setCookies.isEmpty)
        #expect(try stage.shown(jar) == #"{"a":1,"b":2,"large":"…","user":42}"#)
    }

    @Test func `a session that was revoked while the store took it does not come back`() throws {
        let stage = SpillStage { $0.subject = "user" }
        var jar = try begun(stage, #"{"user":42}"#)
        let asked = try stage.begin(stage.open(jar), .ok(SpillStage.large()))
        #expect(stage.sessions.cookies.revoke(subject: "42", now: stage.now))
        let closed = try stage.end(asked)
        #expect(closed.outcome == .gone && closed.setCookies.isEmpty)
        #expect(try stage.open(jar).outcome == .revoked)
        // And one that moved has ended with the others.
        stage.now += 1
        jar = try begun(stage, #"{"user":42}"#)
        let slow = try stage.open(jar)
        jar.take(try stage.close(stage.open(jar), .ok(SpillStage.large())))
        #expect(stage.sessions.cookies.revoke(subject: "42", now: stage.now))
        #expect(try stage.open(jar).outcome == .revoked)
        #expect(try stage.close(slow, .ok(("Set", #"{"late":1}"#))).outcome == .gone)
    }

    @Test func `what follows a session without values may move, and gets what slower answers set`() throws {
        let stage = SpillStage()
        var jar = try begun(stage, #"{"a":1}"#)
        let (first, second, third) = (try stage.open(jar), try stage.open(jar), try stage.open(jar))
        jar.take(try stage.close(first, .ok(("Delete", "a"))))
        #expect(jar.cookies.isEmpty)
        jar.take(try stage.close(second, .ok(SpillStage.large())))
        #expect(jar.isToken)
        let slower = try stage.close(third, .ok(("Set", #"{"b":1}"#)))
        #expect(slower.setCookies.isEmpty)
        #expect(try stage.shown(jar) == #"{"large":"…","b":1}"#)
    }
}
