import Testing

/// DESIGN 3.1 and 5: the cookie itself, on its way in and out.
struct SessionCookieTests {
    private static let setA = #"X-Session-Set: {"a":1}"#

    @Test(arguments: SessionStores.all)
    func `the cookie's attributes are the contract's, and it ends with the browser`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let cookie = try #require(try browser.fetch("/", Self.setA).response.setCookie(Browser.cookie))
            #expect(cookie["path"] == "/")
            #expect(cookie["httponly"] == "")
            #expect(cookie["samesite"]?.lowercased() == "lax")
            #expect(cookie["secure"] == nil)
            #expect(cookie["domain"] == nil)
            #expect(cookie["max-age"] == nil)
            #expect(cookie["expires"] == nil)
            #expect(cookie["partitioned"] == nil)
            #expect(
                cookie.value.utf8.allSatisfy {
                    ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d || $0 == 0x5f
                }
            )
        }
    }

    @Test func `attributes on request`() throws {
        let settings =
            "{ name: sid, same_site: strict, domain: example.com, path: /app, max_age: 1h, secure: true, partitioned: true }"
        let session = settings.dropFirst(2).dropLast(2).split(separator: ", ").joined(separator: "\n")
        try withSessions(session: session) { _, _, browser in
            let cookie = try #require(try browser.fetch("/", Self.setA).response.setCookie("sid"))
            #expect(cookie["samesite"]?.lowercased() == "strict")
            #expect(cookie["domain"] == "example.com")
            #expect(cookie["path"] == "/app")
            #expect(cookie["max-age"] == "3600")
            #expect(cookie["secure"] == "")
            #expect(cookie["partitioned"] == "")
            let gone = try #require(try browser.fetch("/", "X-Session-Clear: 1").response.setCookie("sid"))
            #expect(gone.isDeletion && gone.value.isEmpty)
            #expect(gone["domain"] == "example.com")
            #expect(gone["path"] == "/app")
            #expect(gone["secure"] == "")
            #expect(gone["partitioned"] == "")
            #expect(gone["expires"]?.contains("1970") == true)
        }
    }

    @Test func `Secure follows the scheme a trusted proxy names, and no other's`() throws {
        let https = "X-Forwarded-Proto: https\r\n"
        try withSessions(top: "trusted_proxies: [127.0.0.1/32]") { _, _, browser in
            let cookie = try #require(
                try browser.fetch("/", Self.setA, fields: https).response.setCookie(Browser.cookie)
            )
            #expect(cookie["secure"] == "")
        }
        try withSessions { _, _, browser in
            let cookie = try #require(
                try browser.fetch("/", Self.setA, fields: https).response.setCookie(Browser.cookie)
            )
            #expect(cookie["secure"] == nil)
        }
    }

    @Test(arguments: SessionStores.all)
    func `Max-Age never outlives the session`(_ store: String) throws {
        try withSessions(session: "store: \(store)\nmax_age: 60d\nlifetime: 10d") { _, _, browser in
            let cookie = try #require(try browser.fetch("/", Self.setA).response.setCookie(Browser.cookie))
            #expect(cookie["max-age"] == "864000")
        }
    }

    @Test(arguments: SessionStores.all)
    func `a __Host- name is sent as its rules want`(_ store: String) throws {
        try withSessions(session: "store: \(store)\nname: __Host-sid\nsecure: true") { _, _, browser in
            let cookie = try #require(try browser.fetch("/", Self.setA).response.setCookie("__Host-sid"))
            #expect(cookie["secure"] == "" && cookie["path"] == "/" && cookie["domain"] == nil)
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }

    @Test(arguments: SessionStores.all)
    func `the session cookie never reaches the service, the others byte for byte`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", Self.setA, #"X-Flash-Add: {"info":"x"}"#)
            let (session, flash) = (
                try #require(browser.jar[Browser.cookie]), try #require(browser.jar[Browser.flashCookie])
            )
            let cases = [
                ("\(Browser.cookie)=\(session)", [String]()),
                ("a=1; \(Browser.cookie)=\(session); b=2", ["a=1; b=2"]),
                ("a=\"x, y\"; b; =c; d=e=f;  \(Browser.cookie)=\(session)", ["a=\"x, y\"; b; =c; d=e=f"]),
                ("\(Browser.cookie)=\(session); \(Browser.flashCookie)=\(flash); a=1", ["a=1"]),
                (
                    "x\(Browser.cookie)=1; \(Browser.cookie)2=2; \(Browser.cookie.uppercased())=3; \(Browser.cookie)=\(session)",
                    [
                        "x\(Browser.cookie)=1; \(Browser.cookie)2=2; \(Browser.cookie.uppercased())=3"
                    ]
                ),
                ("a=1;\(Browser.cookie)=\(session);b=2", ["a=1;b=2"]),
            ]
            for (cookies, expected) in cases {
                let visit = try browser.bare("/", "Cookie: \(cookies)\r\n")
                #expect(JSONValue(visit.session) == ["a": 1], "\(cookies)")
                let kept = visit.seen?.fields("cookie").map { $0.split(separator: " ").joined() }
                #expect(kept == expected.map { $0.split(separator: " ").joined() }, "\(cookies)")
                #expect(visit.seen.map { !Latin1.text($0.raw).contains(session) } == true)
            }
            let apart = try browser.bare("/", "Cookie: a=1\r\nCookie: \(Browser.cookie)=\(session)\r\nCookie: b=2\r\n")
            #expect(JSONValue(apart.session) == ["a": 1])
            #expect(apart.seen?.fields("cookie").joined(separator: "; ") == "a=1; b=2")
        }
    }

    @Test func `a service gets the cookie when it is to be forwarded`() throws {
        try withSessions(session: "forward_cookie: true") { _, _, browser in
            _ = try browser.fetch("/", Self.setA)
            let value = try #require(browser.jar[Browser.cookie])
            let seen = try browser.fetch()
            #expect(seen.seen?.field("cookie") == "\(Browser.cookie)=\(value)")
            #expect(JSONValue(seen.session) == ["a": 1])
        }
    }

    @Test(arguments: SessionStores.all)
    func `a service's own cookie of that name never reaches the client, the others byte for byte in order`(
        _ store: String
    ) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let visit = try browser.fetch(
                "/",
                "Set-Cookie: a=1; Path=/; Priority=High",
                "Set-Cookie: \(Browser.cookie)=evil; Path=/",
                "Set-Cookie: \(Browser.flashCookie)=evil",
                "Set-Cookie:   \(Browser.cookie) =evil",
                "Set-Cookie: \(Browser.cookie)2=mine",
                "Set-Cookie: b=2;HttpOnly",
                Self.setA
            )
            let others = visit.response.fields("set-cookie").filter { !$0.hasPrefix(Browser.cookie + "=") }
            #expect(others == ["a=1; Path=/; Priority=High", "\(Browser.cookie)2=mine", "b=2;HttpOnly"])
            #expect(visit.response.setCookies.filter { $0.name == Browser.cookie }.count == 1)
            #expect(!visit.response.fields("set-cookie").joined().contains("evil"))
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }
}
