import Sessions
import Testing

/// What time does to a session: idle timeout, lifetime, touching, clocks.
struct SessionTimeTests {
    private func browser(_ change: (inout SessionSettings) -> Void = { _ in }) throws -> Browser {
        var browser = Browser(change)
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        return browser
    }

    @Test func `ends a session not seen for the idle timeout`() throws {
        var browser = try browser()
        browser.now += 86_399
        #expect(browser.open().outcome == .opened)
        browser.now += 1
        let visit = try browser.visit()
        #expect(visit.opened.outcome == .expiredIdle)
        #expect(visit.session == "{}" && visit.id.isEmpty)
        #expect(visit.outcome == .expired && visit.setCookies.count == 1)
        #expect(browser.jar.isEmpty)
    }

    @Test func `ends a session at the end of its lifetime, however often it was seen`() throws {
        var browser = try browser()
        for _ in 0..<59 {
            browser.now += 43_200
            #expect(try browser.visit().opened.outcome == .opened)
        }
        browser.now += 43_199
        #expect(try browser.visit().opened.outcome == .opened)
        browser.now += 1
        #expect(try browser.visit().opened.outcome == .expiredLifetime)
        #expect(browser.jar.isEmpty)
    }

    @Test func `moves last seen at most once a minute and never the birth`() throws {
        var browser = try browser()
        let birth = browser.now
        var written = 0
        for _ in 0..<60 {
            browser.now += 10
            let visit = try browser.visit()
            written += visit.setCookies.count
            #expect(visit.outcome == (visit.setCookies.isEmpty ? .unchanged : .touched))
        }
        #expect(written == 10)
        #expect(browser.open().lastSeen == birth + 600)
        #expect(browser.open().birth == birth)
    }

    @Test func `a touch keeps id, values and once-values`() throws {
        var browser = Browser()
        try browser.visit(.ok(("Set", #"{"a":1.0}"#)))
        let before = browser.open()
        browser.now += 60
        #expect(try browser.visit(.ok(("Set", #"{"a":1.0}"#))).outcome == .touched)
        #expect(browser.open().json == before.json && browser.open().idText == before.idText)
    }

    @Test func `keeps a visitor who comes more often than a short idle timeout`() throws {
        var browser = try browser { $0.idleTimeout = 30 }
        for _ in 0..<100 {
            browser.now += 14
            #expect(try browser.visit().opened.outcome == .opened)
        }
        var shortest = try self.browser { $0.idleTimeout = 1 }
        #expect(shortest.open().outcome == .opened)
        shortest.now += 1
        #expect(shortest.open().outcome == .expiredIdle)
    }

    @Test func `takes a cookie from more than five minutes ahead for malformed`() throws {
        var browser = try browser()
        browser.now -= 300
        #expect(browser.open().outcome == .opened)
        browser.now -= 1
        #expect(browser.open().outcome == .malformed)
        #expect(browser.open().hasDeadCookie)
    }

    @Test func `a clock that is behind does not take back what another granted`() throws {
        var browser = try browser()
        let seen = browser.now
        browser.now -= 200
        try browser.visit(.ok(("Set", #"{"b":1}"#)))
        #expect(browser.open().lastSeen == seen)
        #expect(browser.open().birth == seen)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, Int64.max])
    func `bears any clock`(now: Int64) throws {
        var browser = try browser()
        browser.now = now
        #expect(browser.open().outcome != .none)
        var other = Browser(now: now)
        _ = try? other.visit(.ok(("Set", #"{"a":1}"#), ("Flash", #"{"k":"m"}"#)))
        #expect((now >= 0) == (other.open().outcome == .opened))
    }

    @Test func `the cookie ends with the browser unless max_age is set, and never outlives the session`() throws {
        var browser = try browser { $0.maxAge = 1_000_000 }
        browser.now += 60
        #expect(try browser.visit().setCookies[0].contains("; Max-Age=1000000"))
        for _ in 0..<29 {
            browser.now += 86_000
            try browser.visit()
        }
        browser.now += 60
        let remaining = 2_592_000 - (60 + 29 * 86_000 + 60)
        #expect(try browser.visit().setCookies[0].contains("; Max-Age=\(remaining)"))

        var plain = try self.browser()
        plain.now += 60
        let cookie = try plain.visit().setCookies[0]
        #expect(!cookie.contains("Max-Age") && !cookie.contains("Expires"))
    }
}
