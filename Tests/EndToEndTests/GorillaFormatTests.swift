import Testing

/// `format: gorilla`: the same session in the cookies of Go's gorilla/sessions.
struct GorillaFormatTests {
    @Test func `a session and its messages live in one cookie of gorilla's form`() throws {
        try withSessions(session: "format: gorilla") { gateway, _, browser in
            let set = try browser.fetch(
                "/",
                #"X-Session-Set: {"user_id":42,"tags":["a","b"]}"#,
                #"X-Flash-Add: {"success":"Saved."}"#
            )
            #expect(set.response.setCookie(Browser.flashCookie) == nil)
            // base64url of a date in seconds, a bar, and the rest.
            let cookie = try #require(browser.jar[Browser.cookie])
            #expect(cookie.hasPrefix("MT") && cookie.utf8.count % 4 == 0)
            let background = try browser.fetch()
            #expect(JSONValue(background.session) == ["user_id": 42, "tags": ["a", "b"]])
            #expect(background.flash == nil && background.response.setCookies.isEmpty)
            let page = try browser.page()
            #expect(page.flash == #"{"success":["Saved."]}"# && page.id == background.id)
            #expect(try browser.page().flash == nil)
            #expect(JSONValue(try browser.fetch().session) == ["user_id": 42, "tags": ["a", "b"]])
            let cleared = try browser.fetch("/end", "X-Session-Clear: 1")
            #expect(cleared.response.setCookie(Browser.cookie)?.isDeletion == true)
            #expect(try gateway.logLine(target: "/end")["session"] == "cleared")
        }
    }

    @Test func `what Go cannot hold is answered with 500, and the session stays`() throws {
        try withSessions(session: "format: gorilla") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            #expect(try browser.fetch("/", #"X-Session-Set: {"a":{"b":2}}"#).status == 500)
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }

    @Test func `no changed or cut cookie opens`() throws {
        try withSessions(session: "format: gorilla") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            for _ in 0..<3 { _ = try browser.fetch() }
            let good = Array(try #require(browser.jar[Browser.cookie]).utf8)
            for at in stride(from: 0, to: good.count, by: 7) {
                var bytes = good
                bytes[at] = bytes[at] == 0x41 ? 0x42 : 0x41
                for forged in [bytes, Array(good[..<at])] {
                    let visit = try browser.bare("/", "Cookie: \(Browser.cookie)=\(Latin1.text(forged))\r\n")
                    #expect(visit.session == "{}", "\(Latin1.text(forged))")
                    #expect(visit.response.setCookie(Browser.cookie)?.isDeletion == true)
                }
            }
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }
}
