import Testing

/// DESIGN 3.2: on a Null route session cookies get neither in nor out, and nothing is ever issued.
struct NullPolicyTests {
    @Test func `a route without a session is Null, as is one that says so`() throws {
        for route in ["", "session: null", "session: ~"] {
            try withProxy(route: route) { gateway, origin in
                let response = try gateway.get()
                #expect(response.setCookies.isEmpty)
                let seen = try origin.lastRequest()
                #expect(seen.fields("x-session-policy") == ["null"])
                #expect(!seen.has("x-session") && !seen.has("x-session-id") && !seen.has("x-flash"))
                #expect(!response.fields("vary").joined().lowercased().contains("cookie"))
            }
        }
    }

    @Test func `session cookies do not get in, the others do byte for byte`() throws {
        let name = Browser.cookie
        let cases = [
            ("\(name)=1", nil), ("a=1; \(name)=2; b=3", "a=1; b=3"), ("\(name)=1; \(name)_flash=2; \(name).1=3", nil),
            ("PHPSESSID=x; a=\"b, c\"; d", "a=\"b, c\"; d"),
            ("a=1; PHPSESSIDX=2; phpsessid=3", "a=1; PHPSESSIDX=2; phpsessid=3"),
            ("\(name)=1; a=1; \(name)=2", "a=1"), ("=\(name); a==\(name)=1", "=\(name); a==\(name)=1"),
        ]
        try withSessions(top: "session_cookies: [PHPSESSID]") { _, _, browser in
            for (cookies, expected) in cases {
                let visit = try browser.bare("/api/x", "Cookie: \(cookies)\r\n")
                #expect(visit.seen?.field("cookie") == expected, "\(cookies)")
            }
            let apart = try browser.bare("/api/x", "Cookie: \(name)=1\r\nCookie: a=1\r\ncookie: PHPSESSID=2\r\n")
            #expect(apart.seen?.fields("cookie") == ["a=1"])
        }
    }

    @Test func `a session of the browser's is not opened there`() throws {
        try withSessions { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#, #"X-Flash-Add: {"info":"x"}"#)
            let visit = try browser.page("/api/x")
            #expect(
                visit.seen?.names.filter { $0.hasPrefix("x-session") || $0.hasPrefix("x-flash") } == [
                    "x-session-policy"
                ]
            )
            #expect(visit.seen?.fields("x-session-policy") == ["null"])
            #expect(visit.seen?.has("cookie") == false)
            #expect(visit.response.setCookies.isEmpty)
            let dead = try browser.bare("/api/x", "Cookie: \(Browser.cookie)=dead\r\n")
            #expect(dead.response.setCookies.isEmpty)
        }
    }

    @Test func `session cookies do not get out, the others do byte for byte`() throws {
        try withSessions(top: "session_cookies: [PHPSESSID]") { _, _, browser in
            let visit = try browser.fetch(
                "/api/x",
                "Set-Cookie: a=1; Path=/",
                "Set-Cookie: \(Browser.cookie)=evil",
                "Set-Cookie: PHPSESSID=evil; Path=/",
                "Set-Cookie: \(Browser.flashCookie)=evil",
                "Set-Cookie: b=2"
            )
            #expect(visit.response.fields("set-cookie") == ["a=1; Path=/", "b=2"])
        }
    }

    @Test func `session_cookies count on Null routes only`() throws {
        try withSessions(top: "session_cookies: [PHPSESSID]") { _, _, browser in
            let visit = try browser.bare("/", "Cookie: PHPSESSID=x\r\n", orders: ["Set-Cookie: PHPSESSID=y"])
            #expect(visit.seen?.field("cookie") == "PHPSESSID=x")
            #expect(visit.response.fields("set-cookie") == ["PHPSESSID=y"])
        }
    }

    @Test func `with strip_cookies all no cookie gets in or out`() throws {
        let answering: @Sendable (Message) -> String = { _ in ok("", "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n") }
        try withProxy(route: "strip_cookies: all", answering: answering) { gateway, origin in
            let response = try gateway.get("/", "Cookie: a=1\r\nCookie: b=2\r\n")
            #expect(response.setCookies.isEmpty)
            #expect(try origin.lastRequest().has("cookie") == false)
        }
    }

    @Test func `changes a service asks for are removed and ignored`() throws {
        try withSessions { gateway, _, browser in
            let visit = try browser.fetch(
                "/api/ignored",
                #"X-Session-Set: {"a":1}"#,
                "X-Session-Clear: 1",
                #"X-Flash-Add: {"a":"b"}"#,
                "X-Session-Renew: 1",
                "X-Session-Set: {"
            )
            #expect(visit.status == 200)
            #expect(visit.response.text == "seen")
            #expect(visit.response.setCookies.isEmpty)
            #expect(!visit.response.names.contains { $0.hasPrefix("x-session") || $0.hasPrefix("x-flash") })
            let line = try gateway.logLine(target: "/api/ignored")
            #expect(line["policy"] == "null")
            #expect(line["session"] == "ignored")
        }
    }
}
