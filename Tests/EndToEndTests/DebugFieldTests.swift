import Testing

/// `debug_clients`: some addresses are told what became of their session; nobody else is.
struct DebugFieldTests {
    private static let setA = #"X-Session-Set: {"secret_value":"swordfish"}"#

    @Test func `who is named is told the route, the outcomes and the key's place, and never a value`() throws {
        try withSessions(top: "debug_clients: [127.0.0.0/8]") { gateway, origin, browser in
            func debug(_ visit: Browser.Visit) throws -> String {
                #expect(visit.response.fields("gateway-debug").count == 1)
                return try #require(visit.response.field("gateway-debug"))
            }
            let created = try debug(try browser.fetch("/", Self.setA))
            #expect(created == #"route="/*", policy="browser", session=none, saved=created, upstream="\#(origin.url)""#)
            let opened = try debug(try browser.fetch())
            #expect(opened == #"route="/*", policy="browser", session=opened, key=1, upstream="\#(origin.url)""#)
            let dead = try debug(try browser.bare("/", "Cookie: \(Browser.cookie)=dead\r\n"))
            #expect(dead.contains("session=malformed"))
            let failed = try browser.fetch("/", "X-Session-Set: {")
            #expect(failed.status == 500)
            #expect(try debug(failed).contains("saved=refused"))
            #expect(try debug(failed).contains("reason=\"session not saved"))
            let null = try debug(try browser.fetch("/api/x", Self.setA))
            #expect(null.hasPrefix(#"route="/api/*", policy="null", stripped, ignored, "#))
            for field in [created, opened, dead, null] { #expect(!field.contains("swordfish")) }
            let cross = try browser.bare("/", "Sec-Fetch-Site: cross-site\r\n", method: "POST")
            #expect(cross.status == 403)
            #expect(try debug(cross).contains(#"policy="browser""#))
        }
    }

    @Test(arguments: ["", "debug_clients: []", "debug_clients: [10.0.0.0/8, \"::1\"]"])
    func `nobody else is`(_ setting: String) throws {
        try withSessions(top: setting) { _, _, browser in
            let visits = [try browser.fetch("/", Self.setA), try browser.fetch("/", "X-Session-Set: {")]
            for visit in visits { #expect(!visit.response.has("gateway-debug")) }
        }
    }

    @Test func `behind a trusted proxy it is the client that counts, not the proxy`() throws {
        try withSessions(top: "trusted_proxies: [127.0.0.1]\ndebug_clients: [127.0.0.1, 192.0.2.7]") { _, _, browser in
            func isTold(_ forwarded: String) throws -> Bool {
                try browser.bare("/", "X-Forwarded-For: \(forwarded)\r\n").response.has("gateway-debug")
            }
            for (forwarded, expected) in [
                ("192.0.2.7", true), ("198.51.100.1", false), ("192.0.2.7, 198.51.100.1", false), ("unknown", false),
            ] {
                let told = try isTold(forwarded)
                #expect(told == expected, "\(forwarded)")
            }
        }
    }

    @Test func `what a client says of proxies it does not have is not believed`() throws {
        try withSessions(top: "debug_clients: [192.0.2.7]") { _, _, browser in
            let visit = try browser.bare("/", "X-Forwarded-For: 192.0.2.7\r\nForwarded: for=192.0.2.7\r\n")
            #expect(!visit.response.has("gateway-debug"))
        }
    }
}
