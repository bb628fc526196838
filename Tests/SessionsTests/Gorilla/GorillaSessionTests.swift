import Testing

@testable import Sessions

/// Sessions in gorilla's cookies, without gorilla.
struct GorillaSessionTests {
    private func browser(_ change: (inout SessionSettings) -> Void = { _ in }) -> Browser {
        Browser {
            $0.format = .gorilla
            change(&$0)
        }
    }

    /// Puts a cookie into the jar as an application in Go would have made it.
    private func give(_ browser: inout Browser, _ map: GobMap, secret: [UInt8] = SessionSettings.firstSecret) throws {
        let codec = Securecookie(hashKeys: [secret], blockKeys: [], name: browser.sessions.settings.name)
        var random = SeededRandom()
        browser.cookie = text(try codec.seal(map.gob, date: browser.now, random: &random))
    }

    private func contents(_ browser: Browser) throws -> GobMap {
        try #require(browser.open().gorilla).map
    }

    @Test func `opens the cookie of research, under a short secret that only opens`() throws {
        var browser = browser {
            $0.name = "_buffalo_session"
            $0.secrets.append(SecurecookieTests.shortSecret)
        }
        browser.now = 1_700_000_100
        browser.cookie = SecurecookieTests.vector
        let visit = try browser.visit()
        #expect(visit.session == #"{"foo":"bar"}"#)
        #expect(visit.outcome == .touched)
        // It was sealed anew with the first secret, and is the same session.
        browser.reconfigure {
            $0.name = "_buffalo_session"
            $0.format = .gorilla
        }
        let next = try browser.visit()
        #expect(next.session == #"{"foo":"bar"}"#)
        #expect(next.id == visit.id && next.id.count == 32)
        #expect(next.opened.birth == 1_700_000_000)
    }

    @Test func `lives, changes and ends like a sealed session`() throws {
        var browser = browser { $0.renewOn = ["user_id"] }
        #expect(try browser.visit().setCookies.isEmpty)
        #expect(try browser.visit(.ok(("Set", #"{"a":1}"#))).outcome == .created)
        let first = try browser.visit()
        #expect(first.session == #"{"a":1}"# && first.outcome == .unchanged && first.setCookies.isEmpty)
        #expect(try browser.visit(.ok(("Set", #"{"user_id":7}"#))).outcome == .renewed)
        let second = try browser.visit(.ok(("Set", #"{"b":[1,"x"]}"#)))
        #expect(second.id != first.id && second.outcome == .changed)
        let third = try browser.visit(.status(500, ("Set", #"{"a":2}"#)))
        #expect(third.session == #"{"a":1,"b":[1,"x"],"user_id":7}"# && third.id == second.id)
        #expect(third.setCookies.isEmpty)
        #expect(try browser.visit(.ok(("Delete", "a, b"))).outcome == .changed)
        #expect(try browser.visit(.ok(("Clear", "1"))).outcome == .cleared)
        #expect(browser.jar.isEmpty)
    }

    @Test func `hands a value out once`() throws {
        var browser = browser()
        try browser.visit(.ok(("Set-Once", #"{"once":1}"#), ("Set", #"{"a":2}"#)))
        #expect(try browser.visit().session == #"{"a":2,"once":1}"#)
        #expect(try browser.visit().session == #"{"a":2}"#)
    }

    @Test func `ends by lifetime from its birth, and by idleness from the last cookie`() throws {
        var browser = browser {
            $0.lifetime = 1000
            $0.idleTimeout = 400
        }
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        for _ in 0..<3 {
            browser.now += 300
            #expect(try browser.visit().outcome == .touched)
        }
        browser.now += 100
        #expect(try browser.visit().opened.outcome == .expiredLifetime)
        #expect(browser.jar.isEmpty)
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        browser.now += 400
        let idle = try browser.visit()
        #expect(idle.opened.outcome == .expiredIdle && idle.outcome == .expired)
    }

    @Test func `refuses a cookie from the future, which gorilla takes`() throws {
        var browser = browser()
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        browser.now -= 300
        #expect(browser.open().outcome == .opened)
        browser.now -= 1
        #expect(browser.open().outcome == .malformed)
    }

    @Test func `delivers Buffalo's messages and uses them up`() throws {
        var browser = browser()
        var map = GobMap()
        map["requestor_id"] = GobInterface("506deaa9697dabb54199")
        map["_flash_"] = GobInterface(Array(#"{"success":["Gespeichert: ä"]}"#.utf8))
        try give(&browser, map)
        #expect(try browser.visit(page: false).setCookies.isEmpty)
        #expect(
            try browser.visit(.status(303, ("Flash", #"{"info":"and on"}"#))).flash
                == #"{"success":["Gespeichert: \u00e4"]}"#
        )
        #expect(
            try contents(browser)["_flash_"]
                == GobInterface(Array(#"{"success":["Gespeichert: \u00e4"],"info":["and on"]}"#.utf8))
        )
        let page = try browser.visit()
        #expect(page.flash == #"{"success":["Gespeichert: \u00e4"],"info":["and on"]}"#)
        #expect(page.session == #"{"requestor_id":"506deaa9697dabb54199"}"#)
        #expect(browser.open().flashJSON.isEmpty)
        #expect(try contents(browser)["_flash_"] == nil)
        #expect(browser.open().idText == page.opened.idText)
    }

    @Test func `messages alone are no session`() throws {
        var browser = browser()
        let added = try browser.visit(.status(303, ("Flash", #"{"info":"hello"}"#)))
        #expect(added.outcome == .unchanged && added.setCookies.count == 1)
        let page = try browser.visit()
        #expect(page.flash == #"{"info":["hello"]}"# && page.session == "{}" && page.id.isEmpty)
        #expect(page.opened.outcome == .none)
        #expect(browser.jar.isEmpty)
    }

    @Test func `an empty flash of Buffalo's is none, and a broken one is dropped without harm`() throws {
        for json in ["{}", "{", "null", #"{"a":null}"#] {
            var browser = browser()
            var map = GobMap()
            map["a"] = GobInterface("b")
            map["_flash_"] = GobInterface(Array(json.utf8))
            try give(&browser, map)
            let visit = try browser.visit()
            #expect(visit.flash.isEmpty && visit.setCookies.isEmpty && visit.session == #"{"a":"b"}"#)
            #expect(try browser.visit(.ok(("Set", #"{"c":1}"#))).outcome == .changed)
            #expect(try browser.visit().session == #"{"a":"b","c":1}"#)
        }
    }

    @Test func `what it cannot read stays through every change, until it is deleted or cleared`() throws {
        var browser = browser()
        var map = GobMap()
        let secret = GobInterface(name: Array("main.Colour".utf8), type: GobType.Basic.string, body: [0, 1, 0x72])
        map["colour"] = secret
        map["other"] = secret
        map["number"] = GobInterface(.int64, type: GobType.Basic.int) { $0.appendGob(Int64(5)) }
        try give(&browser, map)
        #expect(try browser.visit(.ok(("Set", #"{"number":6}"#))).session == #"{"number":5}"#)
        #expect(try contents(browser)["colour"] == secret)
        #expect(try contents(browser)["number"]?.kind == .int64)
        #expect(try browser.visit(.ok(("Set", #"{"number":0.5,"other":"mine"}"#))).outcome == .changed)
        #expect(try contents(browser)["number"]?.kind == .float64)
        #expect(try browser.visit(.ok(("Delete", "colour"))).session == #"{"number":0.5,"other":"mine"}"#)
        #expect(try contents(browser)["colour"] == nil)
        try give(&browser, map)
        #expect(try browser.visit(.ok(("Clear", "1"), ("Set", #"{"new":1}"#))).outcome == .created)
        #expect(try contents(browser).entries.compactMap(\.name).sorted() == ["_gateway_", "new"])
        // Nothing it can read: a session all the same.
        var unread = GobMap()
        unread["colour"] = secret
        try give(&browser, unread)
        let visit = try browser.visit()
        #expect(visit.opened.outcome == .opened && visit.session == "{}" && visit.id.count == 32)
        #expect(try browser.visit(.ok(("Delete", "colour"))).outcome == .cleared)
    }

    @Test func `bytes are base64, and stay bytes`() throws {
        var browser = browser()
        var map = GobMap()
        map["token"] = GobInterface([0xFB, 0xFF, 0xFE])
        try give(&browser, map)
        #expect(try browser.visit(.ok(("Set", #"{"token":"AAE="}"#))).session == #"{"token":"+//+"}"#)
        #expect(try contents(browser)["token"] == GobInterface([0, 1]))
        try browser.visit(.ok(("Set", #"{"token":"no base64"}"#)))
        #expect(try contents(browser)["token"] == GobInterface("no base64"))
    }

    @Test(arguments: [#"{"a":{"b":1}}"#, #"{"a":[{}]}"#, #"{"a":1e400}"#, #"{"a":18446744073709551616}"#])
    func `a value Go has no type for is not saved, and the one before stands`(json: String) throws {
        var browser = browser()
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        let before = browser.cookie
        let error = #expect(throws: SaveError.self) { try browser.visit(.ok(("Set", json))) }
        guard case .unrepresentable("a", let why)? = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(error?.reason == "the value a cannot be kept: \(why)")
        #expect(browser.cookie == before)
    }

    @Test(arguments: ["_gateway_", "_flash_"])
    func `the names it uses itself are not the service's`(name: String) throws {
        var browser = browser()
        #expect(throws: SaveError.self) { try browser.visit(.ok(("Set", #"{"\#(name)":"x"}"#))) }
        try browser.visit(.ok(("Set", #"{"a":1}"#), ("Flash", #"{"k":"m"}"#)))
        let id = browser.open().idText
        try browser.visit(.ok(("Delete", name)), page: false)
        #expect(browser.open().idText == id)
        #expect(text(browser.open().flashJSON) == #"{"k":["m"]}"#)
        #expect(exposed(name, in: browser.open()) == .absent)
    }

    @Test func `is as large as a browser keeps and no larger`() throws {
        var browser = browser()
        var largest = 0
        for length in 1900...2200 {
            do {
                try browser.visit(.ok(("Clear", "1"), ("Set", #"{"a":"\#(String(repeating: "x", count: length))"}"#)))
                largest = length
                #expect(try #require(browser.cookie).utf8.count + "_gateway_session".utf8.count <= 4096)
            } catch SaveError.tooLarge(let cookie, let size, 4096, chunks: nil) {
                #expect(cookie == "_gateway_session" && size > 4096)
                break
            }
        }
        #expect(largest > 2000 && largest < 2200)
        #expect(browser.open().json.count == largest + 8)
    }

    @Test func `of twins the one written last counts`() throws {
        var browser = browser()
        try browser.visit(.ok(("Set", #"{"a":"old"}"#)))
        let old = try #require(browser.cookie)
        browser.now += 10
        try browser.visit(.ok(("Set", #"{"a":"new"}"#)))
        let new = try #require(browser.cookie)
        for values in [[old, new], [new, old], ["forged", new, old]] {
            browser.jar = values.map { ("_gateway_session", $0) }
            let opened = browser.open()
            #expect(text(opened.json) == #"{"a":"new"}"# && opened.hadTwins && !opened.hasDeadCookie)
        }
        browser.jar = [("_gateway_session", "forged")]
        #expect(try browser.visit().outcome == .expired)
        #expect(browser.jar.isEmpty)
    }

    @Test func `a sealed cookie is none of gorilla's, and the other way round`() throws {
        var browser = browser()
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        browser.reconfigure { _ in }
        #expect(browser.open().outcome != .opened)
        browser.cookie = nil
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        browser.reconfigure { $0.format = .gorilla }
        #expect(browser.open().outcome == .malformed)
    }

    @Test func `a library's session is kept in it too`() async throws {
        let store = CookieStore(.testing { $0.format = .gorilla })
        var random = SeededRandom()
        let response = SessionResponse(status: 200, isPage: true, secureConnection: false, now: 1_800_000_000)
        var session = Session()
        session.set("user_id", 42)
        session.flash("Hello", kind: "info")
        let cookies = try await session.save(to: store, in: response, random: &random)
        #expect(cookies.count == 1)
        let value = try #require(cookies.first?.prefix { $0 != ";" }.dropFirst("_gateway_session=".count))
        let request = SessionRequest(cookies: [("_gateway_session", String(value))], isPage: true, now: 1_800_000_001)
        var next = store.load(from: request)
        #expect(next.get("user_id", as: Int.self) == 42 && next.flashes["info"] == ["Hello"])
        next.clear()
        #expect(try await next.save(to: store, in: response, random: &random).allSatisfy { $0.contains("Max-Age=0") })
        #expect(store.destroy(next, in: response).count == 1)
    }

    @Test func `settings that cannot work are found`() {
        func problems(_ change: (inout SessionSettings) -> Void) -> [String] {
            SessionSettings.testing {
                $0.format = .gorilla
                change(&$0)
            }.problems.map(\.setting)
        }
        #expect(problems { _ in }.isEmpty)
        #expect(problems { $0.secrets.append([1]) }.isEmpty)
        #expect(problems { $0.secrets.append([]) } == ["secret"])
        #expect(problems { $0.secrets = [[1]] } == ["secret"])
        for length in [16, 24, 32] {
            #expect(problems { $0.blockKeys = [[UInt8](repeating: 0, count: length)] }.isEmpty)
        }
        #expect(problems { $0.blockKeys = [[1]] } == ["block_keys"])
        #expect(
            problems {
                $0.blockKeys = [[UInt8](repeating: 0, count: 16)]; $0.secrets.append([1])
            } == ["block_keys"]
        )
        #expect(
            problems {
                $0.format = .sealed; $0.blockKeys = [[UInt8](repeating: 0, count: 16)]
            } == ["block_keys"]
        )
    }

    @Test func `keys can be written as bytes`() {
        #expect(Secret.bytes(of: "hex:00ffA5") == [0, 0xFF, 0xA5])
        #expect(Secret.bytes(of: "base64:+//+") == [0xFB, 0xFF, 0xFE])
        #expect(Secret.bytes(of: "base64:AAE=") == [0, 1])
        #expect(Secret.bytes(of: "plain") == Array("plain".utf8))
        for text in ["hex:0", "hex:zz", "base64:AAE", "base64:-__-", "base64:A==="] {
            #expect(Secret.bytes(of: text) == nil)
        }
    }
}
