import Testing

@testable import Sessions

/// Sessions that are spread over several cookies.
struct ChunkTests {
    private static let name = "_gateway_session"

    private func browser(_ chunks: Int = 4, seed: UInt64 = 1) -> Browser {
        Browser(seed: seed) { $0.maxChunks = chunks }
    }

    private func values(_ length: Int, _ letter: String = "x") -> (String, String) {
        ("Set", #"{"a":"\#(String(repeating: letter, count: length))"}"#)
    }

    private func names(_ browser: Browser) -> [String] { browser.jar.map(\.name).sorted() }

    @Test(arguments: [(2900, 1), (2990, 2), (6000, 2), (6100, 3), (9000, 3), (12_100, 4)])
    func `takes as many cookies as it needs, each no larger than browsers keep`(length: Int, count: Int) throws {
        var browser = browser()
        let visit = try browser.visit(.ok(values(length)))
        #expect(visit.setCookies.count == count)
        for cookie in visit.setCookies {
            #expect(cookie.prefix { $0 != ";" }.utf8.count <= 4097, "name, value and the = between them")
            #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Lax"))
        }
        #expect(names(browser) == (0..<count).map { $0 == 0 ? Self.name : "\(Self.name).\($0)" })
        #expect(browser.open().json.count == length + 8)
        browser.jar.reverse()
        #expect(browser.open().json.count == length + 8)
    }

    @Test func `a session that fits into one cookie is what it always was`() throws {
        var (one, many) = (browser(1), browser(10))
        #expect(try one.visit(.ok(values(500))).setCookies == many.visit(.ok(values(500))).setCookies)
    }

    @Test func `expires the cookies it no longer needs`() throws {
        var browser = browser()
        try browser.visit(.ok(values(9000)))
        let smaller = try browser.visit(.ok(values(4000)))
        #expect(smaller.setCookies.map { String($0.prefix { $0 != "=" }) } == ["", ".1", ".2"].map { Self.name + $0 })
        #expect(names(browser) == [Self.name, Self.name + ".1"])
        try browser.visit(.ok(values(10)))
        #expect(names(browser) == [Self.name])
        try browser.visit(.ok(values(9000)))
        #expect(try browser.visit(.ok(("Clear", "1"))).setCookies.count == 3)
        #expect(browser.jar.isEmpty)
    }

    @Test(arguments: 0..<3)
    func `without one of its cookies it does not open, and the others are expired`(missing: Int) throws {
        var browser = browser()
        try browser.visit(.ok(values(9000)))
        browser.jar.removeAll { $0.name == (missing == 0 ? Self.name : "\(Self.name).\(missing)") }
        let visit = try browser.visit()
        #expect(visit.session == "{}" && visit.opened.hasDeadCookie)
        #expect(visit.opened.outcome == .malformed)
        #expect(browser.jar.isEmpty)
    }

    @Test(arguments: 0..<3)
    func `cookies of two versions never make a session`(stale: Int) throws {
        var browser = browser()
        try browser.visit(.ok(values(9000, "x")))
        let old = browser.jar
        try browser.visit(.ok(values(9000, "y")))
        let name = stale == 0 ? Self.name : "\(Self.name).\(stale)"
        browser.jar = browser.jar.map { cookie in cookie.name == name ? old.first { $0.name == name } ?? cookie : cookie
        }
        #expect(browser.open().identity == nil)
        // Not even with the header of the right one.
        let right = try #require(browser.jar.first { $0.name != name }).value.dropFirst().prefix(8)
        browser.jar = browser.jar.map { cookie in
            cookie.name == name ? (name, "k" + right + cookie.value.dropFirst(9)) : cookie
        }
        #expect(browser.open().identity == nil && browser.open().outcome == .forged)
    }

    @Test func `no byte of any of its cookies can be changed`() throws {
        var browser = browser()
        try browser.visit(.ok(values(6000)))
        let jar = browser.jar
        for place in jar.indices {
            for offset in [0, 1, 4, 9, 10, 11, 12, 50, 2000, 3000] {
                var bytes = Array(jar[place].value.utf8)
                bytes[offset] = bytes[offset] == 0x41 ? 0x42 : 0x41
                browser.jar[place].value = text(bytes)
                #expect(browser.open().identity == nil, "cookie \(place), byte \(offset)")
                browser.jar = jar
            }
        }
        #expect(browser.open().identity != nil)
    }

    @Test func `whatever is done to its cookies, nothing else opens and nothing breaks`() throws {
        var browser = browser()
        try browser.visit(.ok(values(9000)))
        let jar = browser.jar
        let whole = browser.open().json
        var random = SeededRandom(5)
        for _ in 0..<2000 {
            browser.jar = jar
            for _ in 0..<Int.random(in: 1...3, using: &random) where !browser.jar.isEmpty {
                let place = Int.random(in: browser.jar.indices, using: &random)
                var value = Array(browser.jar[place].value.utf8)
                let offset = Bool.random(using: &random) ? Int.random(in: 0..<12, using: &random) : value.count / 2
                switch Int.random(in: 0..<6, using: &random) {
                case 0: if offset < value.count { value[offset] = UInt8.random(in: 0x21..<0x7F, using: &random) }
                case 1: value.removeLast(min(value.count, Int.random(in: 1...value.count + 1, using: &random)))
                case 2: value.insert(0x41, at: min(offset, value.count))
                case 3: browser.jar[place].name = "\(Self.name).\(Int.random(in: 0...12, using: &random))"
                case 4: browser.jar.append(browser.jar[place])
                default: browser.jar.remove(at: place)
                }
                if place < browser.jar.count,
                    browser.jar[place].value.utf8.count != value.count || Bool.random(using: &random)
                {
                    browser.jar[place].value = text(value)
                }
            }
            let opened = browser.open()
            #expect(opened.identity == nil || opened.json == whole)
        }
    }

    @Test func `of two whole sets the newest counts`() throws {
        var browser = browser()
        try browser.visit(.ok(values(9000, "x")))
        let old = browser.jar
        browser.now += 5
        try browser.visit(.ok(values(6000, "y")))
        let new = browser.jar
        for jar in [old + new, new + old] {
            browser.jar = jar
            #expect(browser.open().json.count == 6008)
        }
        // Also of one that needs a single cookie.
        browser.now += 5
        browser.jar = new
        try browser.visit(.ok(values(10)))
        browser.jar = old + browser.jar + new
        #expect(browser.open().json.count == 18)
    }

    @Test func `left-over cookies do not disturb, and go with the next change`() throws {
        var browser = browser()
        try browser.visit(.ok(values(9000)))
        let left = browser.jar.filter { $0.name == Self.name + ".2" }
        try browser.visit(.ok(values(10)))
        browser.jar += left
        #expect(try browser.visit().setCookies.isEmpty)
        try browser.visit(.ok(values(11)))
        #expect(names(browser) == [Self.name])
    }

    @Test func `more than max_chunks is refused with what would help`() throws {
        var browser = browser(2)
        try browser.visit(.ok(values(5000)))
        let before = browser.jar.map(\.value)
        let error = #expect(throws: SaveError.self) { try browser.visit(.ok(values(9000))) }
        guard case .tooLarge(Self.name, let size, let limit, chunks: 3) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(size > 12_000 && limit > 8000 && limit < 8192)
        #expect(
            error?.reason == "cookie \(Self.name) would be \(size) bytes with its name, `max_chunks` allows \(limit); "
                + "`max_chunks: 3` spreads it over several, or `spill: memory` keeps it at the gateway"
        )
        #expect(browser.jar.map(\.value) == before)
        let larger = #expect(throws: SaveError.self) { try browser.visit(.ok(values(40_000))) }
        #expect(larger?.reason.hasSuffix("; keep less in it, or `spill: memory` keeps it at the gateway") == true)
    }

    @Test func `sets that were made when more were allowed still open`() throws {
        var browser = browser(4)
        try browser.visit(.ok(values(9000)))
        browser.reconfigure { $0.maxChunks = 1 }
        #expect(browser.open().json.count == 9008)
        try browser.visit(.ok(values(10)))
        #expect(names(browser) == [Self.name])
    }

    @Test func `the most that ten cookies hold goes round`() throws {
        var browser = browser(10)
        let visit = try browser.visit(.ok(values(30_300)))
        #expect(visit.setCookies.count == 10)
        #expect(browser.open().json.count == 30_308)
    }

    @Test(arguments: ["", ".", ".0", ".01", ".1x", ".x", ".32", ".100", "_flash", ".-1", ".+1"])
    func `other names are no chunks`(ending: String) {
        #expect(CookieChunk.number(Array((Self.name + ending).utf8).span, of: Array(Self.name.utf8)) == nil)
    }

    @Test func `a library's session is spread too`() async throws {
        let store = CookieStore(.testing { $0.maxChunks = 3 })
        var random = SeededRandom()
        var session = Session()
        session.set("a", String(repeating: "x", count: 8000))
        let response = SessionResponse(status: 200, isPage: true, secureConnection: false, now: 1_800_000_000)
        let set = try await session.save(to: store, in: response, random: &random)
        #expect(set.count == 3)
        let cookies = set.map { cookie in
            let pair = cookie.prefix { $0 != ";" }
            return (name: String(pair.prefix { $0 != "=" }), value: String(pair.drop { $0 != "=" }.dropFirst()))
        }
        let again = store.load(from: SessionRequest(cookies: cookies, isPage: true, now: 1_800_000_001))
        #expect(again.get("a", as: String.self)?.count == 8000)
        #expect(store.destroy(again, in: response).count == 3)
    }
}
