import Sessions
import Testing

/// What is different for a session whose values live in a server store, seen through a browser.
struct ServerSessionTests {
    private func browser(_ change: (inout SessionSettings) -> Void = { _ in }) throws -> Browser {
        var browser = Browser(.memory, change)
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        return browser
    }

    @Test func `the cookie is a random token, and the id opens nothing`() throws {
        var browser = try browser()
        let token = try #require(browser.cookie)
        #expect(token.utf8.count == SessionToken.textLength)
        let id = text(browser.open().idText)
        #expect(id.count == 32 && !token.contains(id))
        for forged in [id, id + id, String(token.dropLast()) + "B", token + "A", String(token.dropLast()), ""] {
            browser.cookie = forged
            let opened = browser.open()
            #expect(opened.hasDeadCookie && opened.json == Array("{}".utf8) && opened.idText.isEmpty, "\(forged)")
            #expect([.malformed, .unknownID].contains(opened.outcome))
        }
        browser.cookie = token
        #expect(browser.open().outcome == .opened)
    }

    @Test func `a change keeps the cookie, and says nothing to the browser`() throws {
        var browser = try browser()
        let cookie = browser.cookie
        let visit = try browser.visit(.ok(("Set", #"{"b":"\#(String(repeating: "x", count: 100_000))"}"#)))
        #expect(visit.outcome == .changed && visit.setCookies.isEmpty)
        browser.now += 60
        let touched = try browser.visit()
        #expect(touched.outcome == .touched && touched.setCookies.isEmpty)
        #expect(browser.cookie == cookie)
        #expect(browser.open().lastSeen == browser.now)
        #expect(browser.open().json.count > 100_000)
    }

    @Test func `values over a quarter mebibyte fail the save, and change nothing`() throws {
        var browser = try browser()
        let large = Answer.ok(("Set", #"{"b":"\#(String(repeating: "x", count: 262_144))"}"#))
        #expect(throws: SaveError.tooLargeForStore(size: 262_144 + 14, limit: 262_144)) { try browser.visit(large) }
        #expect(try browser.visit().session == #"{"a":1}"#)
        // What goes in the same answer makes room.
        try browser.visit(.ok(("Set", #"{"b":"\#(String(repeating: "x", count: 200_000))"}"#)))
        try browser.visit(.ok(("Delete", "b"), ("Set", #"{"c":"\#(String(repeating: "y", count: 200_000))"}"#)))
        #expect(browser.open().json.count < 210_000)
    }

    @Test func `an unknown id is dead, its cookie is expired, and it never becomes a session`() throws {
        var browser = try browser()
        let other = try self.browser { $0.idleTimeout = 3600 }
        // A token of another gateway's memory: well formed, but not known here.
        var random = SeededRandom(99)
        var token: [UInt8] = []
        SessionToken(random: &random).write(into: &token)
        browser.cookie = text(token)
        let visit = try browser.visit()
        #expect(visit.opened.outcome == .unknownID && visit.session == "{}")
        #expect(visit.outcome == .expired && visit.setCookies.count == 1 && browser.jar.isEmpty)
        // Planted before a sign-in: the visitor gets another.
        browser.cookie = text(token)
        #expect(try browser.visit(.ok(("Set", #"{"user":1}"#))).outcome == .created)
        #expect(browser.cookie != text(token))
        #expect(browser.open().outcome == .opened && other.cookie != browser.cookie)
    }

    @Test func `requests beside each other lose nothing, and a cleared session stays cleared`() throws {
        var browser = try browser()
        let (first, second, slow) = (browser.open(), browser.open(), browser.open())
        _ = try browser.close(first, .ok(("Set", #"{"b":2}"#)))
        _ = try browser.close(second, .ok(("Set", #"{"c":3}"#), ("Delete", "a")))
        #expect(text(browser.open().json) == #"{"b":2,"c":3}"#)
        try browser.visit(.ok(("Clear", "1")))
        let late = try browser.close(slow, .ok(("Set", #"{"d":4}"#), ("Renew", "1")))
        #expect(late.outcome == .gone && late.setCookies.isEmpty)
        #expect(browser.memory?.figures.sessions == 0)
    }

    /// With max_age an answer brings the cookie again: that of before a sign-in would undo it.
    @Test(arguments: [nil, 1_000_000] as [Int64?])
    func `a slow request's changes follow a renewal, its old id opens nothing`(_ maxAge: Int64?) throws {
        var browser = try browser {
            $0.renewOn = ["user"]
            $0.maxAge = maxAge
        }
        let old = browser.cookie
        let slow = browser.open()
        #expect(try browser.visit(.ok(("Set", #"{"user":42}"#))).outcome == .renewed)
        #expect(browser.cookie != old)
        // The tag stays.
        #expect(browser.cookie?.prefix(10) == old?.prefix(10))
        let late = try browser.close(slow, .ok(("Set", #"{"cart":[1]}"#)))
        #expect(late.outcome == .changed && late.setCookies.isEmpty)
        #expect(text(browser.open().json) == #"{"a":1,"user":42,"cart":[1]}"#)
        let new = browser.cookie
        browser.cookie = old
        #expect(browser.open().outcome == .unknownID)
        browser.cookie = new
        let later = browser.open()
        browser.now += 20
        #expect(try browser.close(later, .ok(("Set", #"{"x":1}"#))).outcome == .changed)
    }

    @Test func `a once-value set anew meanwhile is not taken by who was handed the old one`() throws {
        var browser = try browser()
        try browser.visit(.ok(("Set-Once", #"{"token":1}"#)))
        let (slow, other) = (browser.open(), browser.open())
        _ = try browser.close(other, .ok(("Set-Once", #"{"token":1}"#)))
        _ = try browser.close(slow, .ok())
        #expect(text(browser.open().json) == #"{"a":1,"token":1}"#)
        try browser.visit()
        #expect(text(browser.open().json) == #"{"a":1}"#)
    }

    @Test func `of several cookies the one last seen counts, and no more than four are looked up`() throws {
        var browser = try browser()
        let old = try #require(browser.cookie)
        browser.cookie = nil
        browser.now += 30
        try browser.visit(.ok(("Set", #"{"b":2}"#)))
        let new = try #require(browser.cookie)
        for order in [[old, new], [new, old], ["x", new, old], [old, "x", new, "y"]] {
            browser.jar = order.map { (browser.sessions.settings.name, $0) }
            let opened = browser.open()
            #expect(text(opened.json) == #"{"b":2}"# && opened.hadTwins && !opened.hasDeadCookie)
            #expect(try browser.visit().setCookies.isEmpty)
        }
    }

    @Test func `with max_age the browser hears that the session goes on`() throws {
        var browser = try browser { $0.maxAge = 1_000_000 }
        let cookie = browser.cookie
        browser.now += 60
        let visit = try browser.visit()
        #expect(visit.setCookies.count == 1 && visit.setCookies[0].contains("; Max-Age=1000000"))
        #expect(browser.cookie == cookie)
        for _ in 0..<29 {
            browser.now += 86_000
            try browser.visit()
        }
        browser.now += 60
        let remaining = 2_592_000 - (60 + 29 * 86_000 + 60)
        #expect(try browser.visit(.ok(("Set", #"{"b":1}"#))).setCookies[0].contains("; Max-Age=\(remaining)"))
    }

    @Test func `ends with its idle timeout and its lifetime`() throws {
        var browser = try browser()
        browser.now += 86_399
        #expect(browser.open().outcome == .opened)
        browser.now += 1
        #expect(try browser.visit().outcome == .expired)
        #expect(browser.jar.isEmpty)
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        for _ in 0..<59 {
            browser.now += 43_200
            #expect(try browser.visit().opened.outcome == .opened)
        }
        browser.now += 43_200
        #expect(try browser.visit().opened.outcome == .unknownID)
    }

    @Test func `messages stay in a sealed cookie of their own, and one too large fails the save before it is made`()
        throws
    {
        var browser = try browser()
        try browser.visit(.ok(("Flash", #"{"k":"m"}"#)))
        #expect(browser.flashCookie != nil)
        #expect(try browser.visit(.ok(("Set", #"{"b":2}"#))).flash == #"{"k":["m"]}"#)
        #expect(browser.flashCookie == nil)
        let large = Answer.ok(("Set", #"{"c":3}"#), ("Flash", #"{"k":"\#(String(repeating: "x", count: 4000))"}"#))
        #expect(throws: SaveError.self) { try browser.visit(large) }
        #expect(try browser.visit().session == #"{"a":1,"b":2}"#)
    }

    @Test func `a failing store fails the save, but not for a mere touch`() throws {
        var browser = try browser()
        browser.now += 60
        let sessions = ServerSessions(browser.sessions.settings)
        let opened = browser.open()
        var random = SeededRandom()
        for (answer, fails) in [(Answer.ok(), false), (.ok(("Set", #"{"b":1}"#)), true), (.ok(("Clear", "1")), true)] {
            let save = try sessions.plan(
                opened,
                changes: answer.changes(),
                status: 200,
                isPage: false,
                secureConnection: false,
                now: browser.now,
                random: &random
            )
            #expect(save.request != nil)
            let close = {
                try sessions.close(save, .failed(why: "away"), of: opened, secureConnection: false, now: browser.now)
            }
            if fails {
                #expect(throws: SaveError.unavailable(why: "away")) { try close() }
            } else {
                let closed = try close()
                #expect(closed.outcome == .unchanged && closed.setCookies.isEmpty)
            }
        }
    }

    @Test func `a failing store fails the opening`() throws {
        var random = SeededRandom()
        let token = SessionToken(random: &random)
        var opened = OpenedSession()
        #expect(throws: SaveError.unavailable(why: "away")) {
            try ServerSessions(.testing()).took(.failed(why: "away"), of: token, into: &opened, now: 0)
        }
    }
}
