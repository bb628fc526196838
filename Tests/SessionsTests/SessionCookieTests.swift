import Sessions
import Testing

/// Cookies that do not open, several of one name, secrets that change, and the text of Set-Cookie.
struct SessionCookieTests {
    @Test func `expires a cookie that does not open`() throws {
        var browser = Browser()
        browser.cookie = "forged"
        browser.flashCookie = "forged"
        let visit = try browser.visit()
        #expect(visit.opened.outcome == .malformed)
        #expect(visit.opened.hasDeadCookie && visit.opened.hasDeadFlash)
        #expect(visit.outcome == .expired)
        #expect(
            visit.setCookies.map { String($0.prefix { $0 != ";" }) } == [
                "_gateway_session_flash=", "_gateway_session=",
            ]
        )
        #expect(browser.jar.isEmpty)
    }

    @Test func `expires dead cookies with an error's answer too`() throws {
        var browser = Browser()
        browser.cookie = "forged"
        browser.flashCookie = "forged"
        let visit = try browser.visit(.status(502, ("Set", #"{"a":1}"#), ("Flash", #"{"k":"m"}"#)))
        #expect(visit.setCookies.count == 2 && visit.outcome == .expired)
        #expect(browser.jar.isEmpty)
    }

    @Test func `a new session replaces a dead cookie with one Set-Cookie`() throws {
        var browser = Browser()
        browser.cookie = "forged"
        browser.flashCookie = "forged"
        let visit = try browser.visit(.ok(("Set", #"{"a":1}"#), ("Flash", #"{"k":"m"}"#)))
        #expect(visit.setCookies.count == 2 && visit.outcome == .created)
        #expect(browser.open().outcome == .opened)
        #expect(text(browser.open().flashJSON) == #"{"k":["m"]}"#)
    }

    @Test func `takes the newest of several cookies that open`() throws {
        var old = Browser(seed: 1)
        try old.visit(.ok(("Set", #"{"who":"old"}"#)))
        var new = Browser(now: old.now + 100, seed: 2)
        try new.visit(.ok(("Set", #"{"who":"new"}"#)))
        let cookies = [try #require(old.cookie), try #require(new.cookie), "forged"]
        for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [2, 0, 1], [0, 2, 1]] {
            new.jar = order.map { ("_gateway_session", cookies[$0]) }
            let opened = new.open()
            #expect(opened.outcome == .opened && text(opened.json) == #"{"who":"new"}"#)
            #expect(opened.hadTwins && !opened.hasDeadCookie)
        }
        new.jar = [("_gateway_session", cookies[0])]
        #expect(!new.open().hadTwins)
    }

    @Test func `takes the one born last of twins seen at the same time`() throws {
        var first = Browser(seed: 1)
        try first.visit(.ok(("Set", #"{"who":"first"}"#)))
        var second = Browser(now: first.now + 100, seed: 2)
        try second.visit(.ok(("Set", #"{"who":"second"}"#)))
        first.now += 100
        try first.visit()
        for jar in [first.jar + second.jar, second.jar + first.jar] {
            second.jar = jar
            #expect(text(second.open().json) == #"{"who":"second"}"#)
        }
    }

    @Test func `reports the best of several cookies that do not open`() throws {
        var browser = Browser()
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        let cookie = try #require(browser.cookie)
        browser.now += 86_400
        let forged = String(cookie.dropLast(4)) + "AAAA"
        for jar in [["x", forged, cookie], [cookie, forged, "x"]] {
            browser.jar = jar.map { ("_gateway_session", $0) }
            #expect(browser.open().outcome == .expiredIdle)
        }
        browser.jar = ["x", forged].map { ("_gateway_session", $0) }
        #expect(browser.open().outcome == .forged)
    }

    @Test func `opens with every secret and seals anew with the first`() throws {
        var browser = Browser()
        try browser.visit(.ok(("Set", #"{"a":1}"#), ("Flash", #"{"k":"m"}"#)))
        let id = browser.open().idText
        browser.reconfigure { $0.secrets = [SessionSettings.secondSecret, SessionSettings.firstSecret] }
        let visit = try browser.visit(page: false)
        #expect(visit.session == #"{"a":1}"#)
        #expect(visit.outcome == .touched && visit.setCookies.count == 2)
        #expect(try browser.visit(page: false).setCookies.isEmpty)
        browser.reconfigure { $0.secrets = [SessionSettings.secondSecret] }
        #expect(browser.open().outcome == .opened && browser.open().idText == id)
        #expect(text(browser.open().flashJSON) == #"{"k":["m"]}"#)
    }

    @Test func `an error's answer seals nothing anew`() throws {
        var browser = Browser()
        try browser.visit(.ok(("Set", #"{"a":1}"#), ("Flash", #"{"k":"m"}"#)))
        browser.reconfigure { $0.secrets = [SessionSettings.secondSecret, SessionSettings.firstSecret] }
        #expect(try browser.visit(.status(500)).setCookies.isEmpty)
    }

    private func attributes(https: Bool = false, _ change: (inout SessionSettings) -> Void) throws -> [String] {
        var browser = Browser(change)
        browser.https = https
        let created = try browser.visit(.ok(("Set", #"{"a":1}"#))).setCookies
        let cleared = try browser.visit(.ok(("Clear", "1"))).setCookies
        return (created + cleared).map { String($0.drop { $0 != ";" }) }
    }

    private static let gone = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"

    @Test func `writes the attributes the settings ask for, on setting and on expiring`() throws {
        let gone = Self.gone
        let front = "; Path=/; HttpOnly; SameSite=Lax"
        #expect(try attributes { _ in } == [front, front + gone])
        #expect(try attributes(https: true) { _ in } == [front + "; Secure", front + "; Secure" + gone])
        #expect(try attributes { $0.secure = .always } == [front + "; Secure", front + "; Secure" + gone])
        #expect(try attributes(https: true) { $0.secure = .never } == [front, front + gone])
        #expect(try attributes { $0.maxAge = 600 } == [front + "; Max-Age=600", front + gone])
        #expect(try attributes { $0.domain = "example.com" }[1] == front + "; Domain=example.com" + gone)
        #expect(
            try attributes {
                $0.path = "/app"
                $0.sameSite = .strict
            }[0] == "; Path=/app; HttpOnly; SameSite=Strict"
        )
        let full = "; Path=/; HttpOnly; SameSite=None; Secure; Domain=example.com"
        let everything = try attributes {
            $0.sameSite = .none
            $0.domain = "example.com"
            $0.maxAge = 60
            $0.partitioned = true
        }
        #expect(everything == [full + "; Max-Age=60; Partitioned", full + gone + "; Partitioned"])
    }

    @Test(arguments: ["__Host-s", "__host-s", "__Secure-s", "__Host-Http-s", "__Http-s"])
    func `gives Secure to a name that demands it`(name: String) throws {
        #expect(try attributes { $0.name = name }[0].contains("; Secure"))
    }
}
