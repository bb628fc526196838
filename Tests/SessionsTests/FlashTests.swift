import Sessions
import Testing

/// Messages for the browser's next page.
struct FlashTests {
    private func visited(_ messages: String = #"{"success":"Saved."}"#) throws -> Browser {
        var browser = Browser()
        try browser.visit(.status(302, ("Flash", messages)))
        return browser
    }

    @Test func `is kept for a visitor without a session, apart from it`() throws {
        var browser = try visited()
        #expect(browser.jar.map(\.name) == ["_gateway_session_flash"])
        let visit = try browser.visit()
        #expect(visit.opened.outcome == .none)
        #expect(visit.flash == #"{"success":["Saved."]}"#)
    }

    @Test(arguments: [200, 204, 404, 422, 499])
    func `is used up by a page that is no redirect and no error`(status: Int) throws {
        var browser = try visited()
        let visit = try browser.visit(.status(status))
        #expect(visit.outcome == .unchanged)
        #expect(
            visit.setCookies == [
                "_gateway_session_flash=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
            ]
        )
        #expect(try browser.visit().flash.isEmpty)
    }

    @Test(arguments: [301, 302, 303, 304, 307, 308, 500, 503])
    func `is kept, and its cookie untouched, by a redirect and by an error`(status: Int) throws {
        var browser = try visited()
        #expect(try browser.visit(.status(status)).setCookies.isEmpty)
        #expect(try browser.visit().flash == #"{"success":["Saved."]}"#)
    }

    @Test func `is kept by requests in the background`() throws {
        var browser = try visited()
        #expect(try browser.visit(page: false).setCookies.isEmpty)
        #expect(try browser.visit().flash == #"{"success":["Saved."]}"#)
    }

    @Test func `gathers what redirects and background requests add`() throws {
        var browser = try visited()
        try browser.visit(.status(303, ("Flash", #"{"success":["Sent.","Read."],"info":"é"}"#)))
        try browser.visit(.ok(("Flash", #"{"info":"later"}"#)), page: false)
        #expect(try browser.visit().flash == #"{"success":["Saved.","Sent.","Read."],"info":["\u00e9","later"]}"#)
    }

    @Test func `added by the page that uses the old ones up, is for the next page only`() throws {
        var browser = try visited()
        #expect(try browser.visit(.ok(("Flash", #"{"info":"next"}"#))).setCookies.count == 1)
        #expect(try browser.visit().flash == #"{"info":["next"]}"#)
        #expect(try browser.visit().flash.isEmpty)
    }

    @Test func `is kept for one more page on request, with what is added`() throws {
        var browser = try visited()
        #expect(try browser.visit(.ok(("Keep", "1"))).setCookies.isEmpty)
        #expect(
            try browser.visit(.ok(("Keep", "1"), ("Flash", #"{"info":"more"}"#))).flash == #"{"success":["Saved."]}"#
        )
        #expect(try browser.visit().flash == #"{"success":["Saved."],"info":["more"]}"#)
        #expect(try browser.visit().flash.isEmpty)
    }

    @Test func `added by an error is dropped`() throws {
        var browser = try visited()
        try browser.visit(.status(500, ("Flash", #"{"info":"never"}"#)))
        #expect(try browser.visit().flash == #"{"success":["Saved."]}"#)
    }

    @Test func `several fields add up, empty lists add nothing`() throws {
        var browser = Browser()
        try browser.visit(.ok(("Flash", #"{"a":["1"],"b":[]}"#), ("Flash", #"{"a":"2"}"#)))
        #expect(try browser.visit().flash == #"{"a":["1","2"]}"#)
        #expect(try browser.visit(.ok(("Flash", #"{"b":[]}"#))).setCookies.isEmpty)
    }

    @Test func `knows no idle timeout but the lifetime`() throws {
        var browser = try visited()
        browser.now += 2_591_999
        #expect(text(browser.open().flashJSON) == #"{"success":["Saved."]}"#)
        browser.now += 1
        #expect(browser.open().flashJSON.isEmpty && browser.open().hasDeadFlash)
        try browser.visit()
        #expect(browser.jar.isEmpty)
    }

    @Test func `ends with the browser even where the session has a max_age`() throws {
        var browser = Browser { $0.maxAge = 600 }
        let visit = try browser.visit(.ok(("Set", #"{"a":1}"#), ("Flash", #"{"k":"m"}"#)))
        #expect(visit.setCookies[0].contains("Max-Age=600"))
        #expect(!visit.setCookies[1].contains("Max-Age"))
    }

    @Test func `is lost by no change of the session, and loses none`() throws {
        var browser = try visited()
        try browser.visit(.ok(("Set", #"{"a":1}"#)), page: false)
        try browser.visit(.ok(("Clear", "1")), page: false)
        #expect(try browser.visit().flash == #"{"success":["Saved."]}"#)
    }

    @Test func `fails to save when it is larger than a cookie, with the session's changes`() throws {
        var browser = Browser()
        let long = String(repeating: "x", count: 4000)
        let error = #expect(throws: SaveError.self) {
            try browser.visit(.ok(("Set", #"{"a":1}"#), ("Flash", #"{"k":"\#(long)"}"#)))
        }
        #expect(error?.reason.hasPrefix("cookie _gateway_session_flash would be") == true)
        #expect(browser.jar.isEmpty)
    }

    @Test func `the newest of several flash cookies counts`() throws {
        let old = try visited()
        var new = Browser(now: old.now + 10, seed: 2)
        try new.visit(.ok(("Flash", #"{"k":"new"}"#)))
        for jar in [old.jar + new.jar, new.jar + old.jar] {
            new.jar = jar + [("_gateway_session_flash", "x")]
            #expect(text(new.open().flashJSON) == #"{"k":["new"]}"#)
            #expect(!new.open().hasDeadFlash)
        }
    }
}
