import Testing

/// DESIGN 3.3: messages for the browser's next page.
struct FlashTests {
    private static let saved = #"X-Flash-Add: {"success":"Saved."}"#

    @Test(arguments: SessionStores.all)
    func `a message is shown on the next page, once`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let added = try browser.fetch("/", Self.saved)
            let cookie = try #require(added.response.setCookie(Browser.flashCookie))
            #expect(cookie["httponly"] == "" && cookie["path"] == "/" && cookie["samesite"]?.lowercased() == "lax")
            #expect(cookie["max-age"] == nil && cookie["expires"] == nil)
            #expect(added.response.setCookie(Browser.cookie) == nil)
            let shown = try browser.page()
            #expect(shown.flash == #"{"success":["Saved."]}"#)
            #expect(shown.response.setCookie(Browser.flashCookie)?.isDeletion == true)
            #expect(try browser.page().flash == nil)
        }
    }

    @Test(arguments: SessionStores.all)
    func `background requests neither see nor consume it`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", Self.saved)
            for _ in 0..<3 {
                let visit = try browser.fetch()
                #expect(visit.flash == nil)
                #expect(visit.response.setCookies.isEmpty)
            }
            #expect(JSONValue(try browser.page().flash) == ["success": ["Saved."]])
        }
    }

    @Test(arguments: [
        ("Accept: text/html,application/xhtml+xml;q=0.9\r\n", true), ("Accept: application/json\r\n", false),
        ("", false),
        ("Accept: */*\r\n", false), ("Accept: TEXT/HTML\r\n", true),
        ("Sec-Fetch-Mode: navigate\r\nAccept: */*\r\n", true),
        ("Sec-Fetch-Mode: cors\r\nAccept: text/html\r\n", false),
        ("Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n", false),
        ("Sec-Fetch-Site: same-origin\r\nAccept: text/html\r\n", false),
    ])
    func `what is a page is told by Sec-Fetch-Mode, and without those fields by Accept`(
        _ fields: String,
        _ isPage: Bool
    ) throws {
        try withSessions { _, _, browser in
            _ = try browser.fetch("/", Self.saved)
            let visit = try browser.bare("/", fields + browser.jar.line)
            #expect((visit.flash != nil) == isPage)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 500, 503], SessionStores.all)
    func `a redirect or an error keeps it`(_ status: Int, _ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", Self.saved)
            let kept = try browser.page("/", status: status)
            #expect(kept.flash != nil)
            #expect(kept.response.setCookie(Browser.flashCookie) == nil)
            #expect(JSONValue(try browser.page().flash) == ["success": ["Saved."]])
            #expect(try browser.page().flash == nil)
        }
    }

    @Test(arguments: [200, 201, 204, 400, 404, 422])
    func `any other answer to a page consumes it`(_ status: Int) throws {
        try withSessions { _, _, browser in
            _ = try browser.fetch("/", Self.saved)
            #expect(try browser.page("/", status: status).flash != nil)
            #expect(try browser.page().flash == nil)
        }
    }

    @Test func `what a redirecting answer adds comes on top of what it keeps`() throws {
        try withSessions { _, _, browser in
            _ = try browser.fetch("/", Self.saved)
            _ = try browser.page(
                "/",
                #"X-Flash-Add: {"success":["Again."],"danger":["Careful.","Very."]}"#,
                status: 302
            )
            #expect(
                JSONValue(try browser.page().flash) == [
                    "success": ["Saved.", "Again."], "danger": ["Careful.", "Very."],
                ]
            )
            #expect(try browser.page().flash == nil)
        }
    }

    @Test func `what a page adds while it consumes is for the next page only`() throws {
        try withSessions { _, _, browser in
            _ = try browser.fetch("/", Self.saved)
            _ = try browser.page("/", #"X-Flash-Add: {"info":"New."}"#)
            #expect(JSONValue(try browser.page().flash) == ["info": ["New."]])
            #expect(try browser.page().flash == nil)
        }
    }

    @Test func `what background answers add gathers until the next page`() throws {
        try withSessions { _, _, browser in
            _ = try browser.fetch("/", Self.saved)
            _ = try browser.fetch("/", #"X-Flash-Add: {"success":"Two."}"#, #"X-Flash-Add: {"info":["Three."]}"#)
            #expect(JSONValue(try browser.page().flash) == ["success": ["Saved.", "Two."], "info": ["Three."]])
        }
    }

    @Test(arguments: SessionStores.all)
    func `Keep keeps it for one more page`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", Self.saved)
            _ = try browser.page("/", "X-Flash-Keep: 1")
            #expect(JSONValue(try browser.page().flash) == ["success": ["Saved."]])
            #expect(try browser.page().flash == nil)
        }
    }

    @Test func `a connection that dies before the head keeps it`() throws {
        let listener = try OriginListener()
        try withGateway(RouteFiles.session(listener.url)) { gateway in
            let client = try gateway.connect()
            try client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            let first = try listener.accept()
            _ = try first.readRequest()
            try first.send(ok("", Self.saved + "\r\n"))
            var jar = CookieJar()
            jar.take(try client.readResponse())
            let page =
                "POST / HTTP/1.1\r\nHost: test\r\nSec-Fetch-Mode: navigate\r\nContent-Length: 0\r\n\(jar.line)\r\n"
            try client.send(page)
            #expect(try first.readRequest().has("x-flash"))
            first.close()
            let failed = try client.readResponse(to: "POST")
            #expect(failed.status == 502)
            #expect(failed.setCookies.isEmpty)
            let again = try gateway.connect()
            try again.send(page)
            let second = try listener.accept()
            #expect(JSONValue(try second.readRequest().field("x-flash")) == ["success": ["Saved."]])
            try second.send(ok())
            #expect(try again.readResponse(to: "POST").setCookie(Browser.flashCookie)?.isDeletion == true)
        }
    }

    @Test func `messages are any Unicode, and travel as ASCII`() throws {
        try withSessions { _, _, browser in
            _ = try browser.fetch("/", #"X-Flash-Add: {"größe":"Grün \ud83d\ude00\n\"x\""}"#)
            let flash = try #require(try browser.page().flash)
            #expect(flash.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
            let expected = #"{"gr\u00f6\u00dfe":["Gr\u00fcn \ud83d\ude00\n\"x\""]}"#
            #expect(JSONValue(flash) == JSONValue(expected))
        }
    }

    @Test(arguments: SessionStores.all)
    func `a session change and a message never undo each other`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#, Self.saved)
            #expect(JSONValue(try browser.fetch("/", #"X-Session-Set: {"a":2}"#).session) == ["a": 1])
            let shown = try browser.page()
            #expect(JSONValue(shown.session) == ["a": 2])
            #expect(shown.flash != nil)
            #expect(shown.response.setCookie(Browser.cookie) == nil)
            #expect(JSONValue(try browser.page().session) == ["a": 2])
        }
    }

    @Test(arguments: SessionStores.all)
    func `a message survives a cleared session`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            _ = try browser.fetch("/", "X-Session-Clear: 1", #"X-Flash-Add: {"info":"Signed out."}"#, status: 303)
            let shown = try browser.page()
            #expect(shown.session == "{}")
            #expect(JSONValue(shown.flash) == ["info": ["Signed out."]])
        }
    }

    @Test func `a message cookie that does not open is expired`() throws {
        try withSessions { _, _, browser in
            let visit = try browser.bare("/", "Cookie: \(Browser.flashCookie)=dead\r\nSec-Fetch-Mode: navigate\r\n")
            #expect(visit.flash == nil)
            #expect(visit.seen?.has("cookie") == false)
            #expect(visit.response.setCookie(Browser.flashCookie)?.isDeletion == true)
        }
    }
}
