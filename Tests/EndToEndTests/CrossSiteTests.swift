import Testing

/// DESIGN 3.1: cross-site writes on cookie routes.
struct CrossSiteTests {
    /// Field lines of a request, and whether it may pass.
    struct Case: Sendable {
        let method: String
        let fields: String
        let passes: Bool

        init(_ method: String, _ fields: String, _ passes: Bool) {
            (self.method, self.fields, self.passes) = (method, fields, passes)
        }
    }

    static let cases = [
        Case("POST", "Sec-Fetch-Site: cross-site\r\n", false), Case("PUT", "Sec-Fetch-Site: cross-site\r\n", false),
        Case("DELETE", "Sec-Fetch-Site: cross-site\r\n", false), Case("PATCH", "Sec-Fetch-Site: cross-site\r\n", false),
        Case("FROB", "Sec-Fetch-Site: cross-site\r\n", false), Case("GET", "Sec-Fetch-Site: cross-site\r\n", true),
        Case("HEAD", "Sec-Fetch-Site: cross-site\r\n", true), Case("OPTIONS", "Sec-Fetch-Site: cross-site\r\n", true),
        Case("POST", "Sec-Fetch-Site: same-origin\r\n", true), Case("POST", "Sec-Fetch-Site: same-site\r\n", true),
        Case("POST", "Sec-Fetch-Site: none\r\n", true),
        Case("POST", "Sec-Fetch-Site: cross-site\r\nOrigin: http://test\r\n", false),
        Case("POST", "Sec-Fetch-Site: same-origin\r\nOrigin: http://evil.example\r\n", true),
        Case("POST", "Origin: http://evil.example\r\n", false), Case("POST", "Origin: http://test\r\n", true),
        Case("POST", "Origin: null\r\n", false), Case("POST", "Origin: http://test.evil.example\r\n", false),
        Case("POST", "Origin: http://test:8080\r\n", false), Case("POST", "Origin: http://TEST\r\n", true),
        Case("POST", "", true),
        Case("POST", "Referer: http://evil.example/\r\n", true), Case("GET", "Origin: http://evil.example\r\n", true),
        Case("POST", "Origin: https://app.example\r\n", true),
        Case("POST", "Sec-Fetch-Site: cross-site\r\nOrigin: https://app.example\r\n", true),
        Case("POST", "Origin: https://app.example.evil\r\n", false),
        Case("POST", "Origin: http://app.example\r\n", false),
    ]

    @Test func `a cross-site write is refused before the service sees it, all else passes`() throws {
        try withSessions(session: "trusted_origins: [\"https://app.example\"]") { _, _, browser in
            for one in Self.cases {
                let visit = try browser.bare("/", one.fields, method: one.method)
                #expect(visit.status == (one.passes ? 200 : 403), "\(one)")
                #expect((visit.seen != nil) == one.passes, "\(one)")
            }
        }
    }

    @Test func `Null routes do not ask`() throws {
        try withSessions { _, _, browser in
            let visit = try browser.bare(
                "/api/x",
                "Sec-Fetch-Site: cross-site\r\nOrigin: http://evil\r\n",
                method: "POST"
            )
            #expect(visit.status == 200)
        }
    }

    @Test func `csrf off turns it off, for a route or a session`() throws {
        for (session, route) in [("csrf: off", ""), ("", "csrf: off")] {
            try withSessions(session: session, route: route) { _, _, browser in
                let visit = try browser.bare("/", "Sec-Fetch-Site: cross-site\r\n", method: "POST")
                #expect(visit.status == 200)
            }
        }
    }

    @Test(arguments: SessionStores.all)
    func `a refused write leaves the session alone, says why in the log, and the connection usable`(
        _ store: String
    ) throws {
        try withSessions(session: "store: \(store)") { gateway, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            let refused = try browser.bare(
                "/refused",
                "Sec-Fetch-Site: cross-site\r\n" + browser.jar.line,
                method: "POST"
            )
            #expect(refused.status == 403)
            #expect(refused.response.setCookies.isEmpty)
            #expect(refused.response.text.contains("403"))
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
            #expect(try gateway.logLine(target: "/refused")["reason"]?.string?.isEmpty == false)
        }
    }

    @Test(arguments: SessionStores.all)
    func `a refused write with a body does not become the next request`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { gateway, origin, _ in
            let client = try gateway.connect()
            let smuggled = "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n"
            try client.send(
                "POST / HTTP/1.1\r\nHost: test\r\nSec-Fetch-Site: cross-site\r\nContent-Length: \(smuggled.utf8.count)\r\n\r\n\(smuggled)"
            )
            #expect(try client.readResponse(to: "POST").status == 403)
            try client.send("GET /next HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            _ = try? client.readUntilClose()
            #expect(!origin.requests.contains { $0.target == "/smuggled" })
        }
    }
}
