import Testing

/// DESIGN 3.1: a response that carries a session's cookie must not be stored by shared caches.
struct SessionCacheTests {
    private static let setA = #"X-Session-Set: {"a":1}"#

    /// A list field's members in lower case, without the white space around them.
    private func members(_ message: Message, _ name: String) -> [String] {
        message.fields(name).joined(separator: ",").lowercased().split(separator: ",").map { $0.filter { $0 != " " } }
    }

    @Test(
        arguments: [
            ["Cache-Control: public, s-maxage=60, max-age=10"],
            ["Cache-Control: PUBLIC", "Cache-Control: max-age=10,S-MaxAge=\"5\""],
            [], ["Cache-Control: max-age=10"], ["Cache-Control: private"], ["Cache-Control: no-store"],
        ],
        SessionStores.all
    )
    func `what carries the cookie is private`(_ fields: [String], _ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let response = try browser.bare("/", orders: fields + [Self.setA]).response
            let control = members(response, "cache-control")
            #expect(!control.contains { $0.hasPrefix("public") || $0.hasPrefix("s-maxage") })
            #expect(control.filter { $0 == "private" }.count == 1)
            #expect(control.contains("no-cache=\"set-cookie\""))
            if fields.joined().contains("max-age=10") { #expect(control.contains("max-age=10")) }
            if fields.joined().contains("no-store") { #expect(control.contains("no-store")) }
        }
    }

    @Test(arguments: SessionStores.all)
    func `what carries no cookie keeps its Cache-Control byte for byte`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let control = "public,  s-maxage=60"
            for target in ["/", "/api/x"] {
                let visit = try browser.bare(target, orders: ["Cache-Control: \(control)"])
                #expect(visit.response.fields("cache-control") == [control])
            }
            #expect(!(try browser.bare("/").response.has("cache-control")))
        }
    }

    @Test(arguments: SessionStores.all)
    func `what depended on the session varies by cookie`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", Self.setA)
            #expect(members(try browser.fetch().response, "vary") == ["cookie"])
            #expect(
                members(try browser.fetch("/", "Vary: Accept-Encoding").response, "vary").sorted() == [
                    "accept-encoding", "cookie",
                ]
            )
            #expect(
                members(try browser.fetch("/", "Vary: cookie, Accept").response, "vary").filter { $0 == "cookie" }.count
                    == 1
            )
            #expect(members(try browser.fetch("/", "Vary: *").response, "vary").contains("*"))
            #expect(members(try browser.fetch("/api/x").response, "vary").isEmpty)
        }
    }

    @Test(arguments: SessionStores.all)
    func `the expiry of a dead cookie is private too`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let visit = try browser.bare("/", "Cookie: \(Browser.cookie)=dead\r\n", orders: ["Cache-Control: public"])
            #expect(visit.response.setCookie(Browser.cookie)?.isDeletion == true)
            let control = members(visit.response, "cache-control")
            #expect(control.contains("private") && !control.contains("public"))
        }
    }
}
