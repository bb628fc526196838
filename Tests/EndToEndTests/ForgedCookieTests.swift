import Testing

/// DESIGN 5: what opens is what this gateway sealed, under that name, and nothing else.
struct ForgedCookieTests {
    private static let setA = #"X-Session-Set: {"a":1}"#

    @Test func `a cookie that does not open is no session, and is expired`() throws {
        try withSessions { gateway, _, browser in
            for dead in [
                "", "x", "AQAAAA", String(repeating: "A", count: 200), "\"quoted\"", "a b", "%00",
                String(repeating: "é", count: 20),
            ] {
                let visit = try browser.bare("/dead", "Cookie: \(Browser.cookie)=\(dead)\r\n")
                #expect(visit.status == 200)
                #expect(visit.session == "{}", "\(dead)")
                #expect(visit.id == nil)
                #expect(visit.seen?.has("cookie") == false)
                #expect(visit.response.setCookie(Browser.cookie)?.isDeletion == true, "\(dead)")
            }
            #expect(try gateway.logLine(target: "/dead")["session"] == "rejected")
            #expect(gateway.accessLog.contains("quoted") == false)
        }
    }

    @Test func `no changed, cut or lengthened cookie opens`() throws {
        try withSessions { _, _, browser in
            _ = try browser.fetch("/", Self.setA)
            // What the gateway may remember of a cookie it has opened must not help another.
            for _ in 0..<3 { _ = try browser.fetch() }
            let good = Array(try #require(browser.jar[Browser.cookie]).utf8)
            var forged: [[UInt8]] = []
            for at in good.indices {
                var bytes = good
                bytes[at] = bytes[at] == 0x41 ? 0x42 : 0x41
                forged.append(bytes)
                forged.append(Array(good[..<at]))
            }
            forged += [good + good, good + [0x41], good + Array("=".utf8), good + Array("==".utf8), [0x41] + good]
            forged.append([UInt8](repeating: 0x7a, count: 4096))
            forged += (0..<20).map { _ in (0..<good.count).map { _ in good.randomElement() ?? 0x41 } }
            // The last letter carries bits that no byte uses; a second spelling must not open either.
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
            forged += alphabet.filter { $0 != good.last }.map { good.dropLast() + [$0] }
            for bytes in forged {
                let visit = try browser.bare("/", "Cookie: \(Browser.cookie)=\(Latin1.text(bytes))\r\n")
                #expect(visit.session == "{}", "\(Latin1.text(bytes))")
                #expect(visit.response.setCookie(Browser.cookie)?.isDeletion == true)
            }
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }

    @Test func `no cookie can be moved to another name`() throws {
        let top = """
            session_cookies: []
            """
        try withSessions(top: top, session: "name: one", routes: "") { _, _, browser in
            _ = try browser.fetch("/", Self.setA, #"X-Flash-Add: {"info":"x"}"#)
            for _ in 0..<3 { _ = try browser.page("/", "X-Flash-Keep: 1") }
            let (session, flash) = (try #require(browser.jar["one"]), try #require(browser.jar["one_flash"]))
            let swapped = try browser.bare(
                "/",
                "Cookie: one=\(flash); one_flash=\(session)\r\nSec-Fetch-Mode: navigate\r\n"
            )
            #expect(swapped.session == "{}")
            #expect(swapped.flash == nil)
            try withSessions(session: "name: two") { _, _, other in
                let moved = try other.bare(
                    "/",
                    "Cookie: two=\(session); two_flash=\(flash)\r\nSec-Fetch-Mode: navigate\r\n"
                )
                #expect(moved.session == "{}")
                #expect(moved.flash == nil)
            }
            try withSessions(session: "name: one") { _, _, other in
                let kept = try other.bare(
                    "/",
                    "Cookie: one=\(session); one_flash=\(flash)\r\nSec-Fetch-Mode: navigate\r\n"
                )
                #expect(JSONValue(kept.session) == ["a": 1])
                #expect(JSONValue(kept.flash) == ["info": ["x"]])
            }
        }
    }

    @Test(arguments: SessionStores.all)
    func `of two cookies of the name the one that opens is taken, and both are stripped`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", Self.setA)
            let good = try #require(browser.jar[Browser.cookie])
            for twins in [
                "\(Browser.cookie)=dead; \(Browser.cookie)=\(good)",
                "\(Browser.cookie)=\(good); \(Browser.cookie)=dead",
            ] {
                let visit = try browser.bare("/", "Cookie: x=1; \(twins); y=2\r\n")
                #expect(JSONValue(visit.session) == ["a": 1])
                #expect(visit.seen?.field("cookie") == "x=1; y=2")
            }
            let apart = try browser.bare("/", "Cookie: \(Browser.cookie)=dead\r\nCookie: \(Browser.cookie)=\(good)\r\n")
            #expect(JSONValue(apart.session) == ["a": 1])
        }
    }

    @Test func `the values cannot be read in the cookie, and its length says little`() throws {
        try withSessions { _, _, browser in
            var lengths: Set<Int> = []
            for value in ["ab", "abc", "abcd"] {
                _ = try browser.fetch("/", #"X-Session-Set: {"secretname":"\#(value)"}"#)
                let cookie = try #require(browser.jar[Browser.cookie])
                #expect(!cookie.contains("secretname"))
                lengths.insert(cookie.utf8.count)
            }
            #expect(lengths.count < 3)
        }
    }

    @Test func `the same session is never sealed the same way twice`() throws {
        try withSessions { _, _, browser in
            let first = try browser.bare("/", orders: [Self.setA]).response.setCookie(Browser.cookie)
            let second = try browser.bare("/", orders: [Self.setA]).response.setCookie(Browser.cookie)
            #expect(first != nil && first?.value != second?.value)
        }
    }

    @Test func `the first secret seals, all of them open, and what an old one opened is sealed anew`() throws {
        let (old, new) = (String(repeating: "o", count: 32), String(repeating: "n", count: 32))
        let origin = try ObedientOrigin()
        func gateway(_ secrets: String, _ body: (inout Browser) throws -> Void, jar: CookieJar) throws {
            let file = RouteFiles.session(origin.url).split(separator: "\n").map {
                $0.contains("secret:") ? "    secret: \(secrets)" : String($0)
            }.joined(separator: "\n")
            try withGateway(file) { gateway in
                var browser = Browser(try gateway.connect(), origin)
                browser.jar = jar
                try body(&browser)
            }
        }
        var jar = CookieJar()
        try gateway(
            old,
            { browser in
                _ = try browser.fetch("/", Self.setA)
                jar = browser.jar
            },
            jar: jar
        )
        try gateway(
            new,
            {
                #expect(try $0.fetch().session == "{}"); _ = try $0.fetch()
            },
            jar: jar
        )
        try gateway(
            "[\"\(new)\", \"\(old)\"]",
            { browser in
                #expect(JSONValue(try browser.fetch().session) == ["a": 1])
                _ = try browser.fetch("/", #"X-Session-Set: {"b":1}"#)
                jar = browser.jar
            },
            jar: jar
        )
        try gateway(
            new,
            {
                #expect(JSONValue(try $0.fetch().session) == ["a": 1, "b": 1]); _ = try $0.fetch()
            },
            jar: jar
        )
    }

    @Test func `a session outlives a restart of the gateway, and is shared by gateways of one secret`() throws {
        var jar = CookieJar()
        try withSessions { _, _, browser in
            _ = try browser.fetch("/", Self.setA)
            jar = browser.jar
        }
        try withSessions { _, _, browser in
            browser.jar = jar
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
            _ = try browser.fetch()
        }
    }
}
