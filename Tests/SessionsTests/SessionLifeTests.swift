import Sessions
import Testing

/// A session from its first value to its end, seen through a browser.
struct SessionLifeTests {
    @Test(arguments: StoreKind.here)
    func `creates nothing until something is set`(_ store: StoreKind) throws {
        var browser = Browser(store)
        for answer in [.ok(), .ok(("Delete", "a")), .ok(("Renew", "1")), .ok(("Clear", "1")), .ok(("Set", "{}"))]
            as [Answer]
        {
            let visit = try browser.visit(answer)
            #expect(visit.opened.outcome == .none)
            #expect(visit.session == "{}" && visit.id.isEmpty)
            #expect(visit.setCookies.isEmpty && visit.outcome == .unchanged)
        }
        #expect(try browser.visit(.ok(("Set", #"{"a":1}"#))).outcome == .created)
        #expect(browser.jar.count == 1)
    }

    @Test(arguments: StoreKind.here)
    func `hands the values to the next request as they were written`(_ store: StoreKind) throws {
        var browser = Browser(store)
        let values =
            #"{"n":9007199254740993,"d":1.0,"z":-0,"e":1e400,"u":18446744073709551615,"t":"\u00e9\ud83d\ude00","l":[null,true]}"#
        try browser.visit(.ok(("Set", values)))
        let visit = try browser.visit()
        #expect(visit.opened.outcome == .opened)
        #expect(visit.session == values)
        #expect(visit.id.count == 32 && visit.id.allSatisfy(\.isHexDigit))
        #expect(visit.setCookies.isEmpty && visit.outcome == .unchanged)
    }

    @Test(arguments: StoreKind.here)
    func `sets, replaces and deletes, keeping the order`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set", #"{"a":1,"b":2,"c":3}"#)))
        #expect(try browser.visit(.ok(("Set", #"{"b":"two","d":4}"#), ("Delete", "a, never"))).outcome == .changed)
        #expect(try browser.visit().session == #"{"b":"two","c":3,"d":4}"#)
    }

    @Test(arguments: StoreKind.here)
    func `applies clear, delete and set in this order whatever the order of the fields`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set", #"{"a":1,"b":2}"#)))
        try browser.visit(.ok(("Set-Once", #"{"o":1}"#), ("Set", #"{"a":5,"c":3}"#), ("Delete", "a"), ("Clear", "1")))
        #expect(try browser.visit().session == #"{"a":5,"c":3,"o":1}"#)
    }

    @Test(arguments: StoreKind.here)
    func `applies several set fields one after another`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set", #"{"a":1,"b":1}"#), ("Set", #"{"b":2,"c":2}"#), ("Delete", "x"), ("Delete", "y")))
        #expect(try browser.visit().session == #"{"a":1,"b":2,"c":2}"#)
    }

    @Test func `takes setting the same value for no change`() throws {
        var browser = Browser()
        try browser.visit(.ok(("Set", #"{"a":{"x":1,"y":[2]},"b":"e"}"#)))
        for same in [#"{"a":{"y":[2],"x":1}}"#, #"{"b":"\u0065"}"#, "{}"] {
            let visit = try browser.visit(.ok(("Set", same), ("Delete", "none")))
            #expect(visit.setCookies.isEmpty && visit.outcome == .unchanged)
        }
        #expect(try browser.visit(.ok(("Set", #"{"b":"f"}"#))).outcome == .changed)
        #expect(try browser.visit(.ok(("Set", #"{"a":{"x":1.0,"y":[2]}}"#))).outcome == .changed)
    }

    @Test(arguments: StoreKind.here)
    func `expires the cookie when the session is cleared`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        let visit = try browser.visit(.ok(("Clear", "1")))
        #expect(visit.outcome == .cleared)
        let expiring =
            "_gateway_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        #expect(visit.setCookies == [expiring])
        #expect(browser.jar.isEmpty)
    }

    @Test(arguments: StoreKind.here)
    func `expires the cookie when the last value is deleted`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set", #"{"a":1,"b":2}"#)))
        #expect(try browser.visit(.ok(("Delete", "a"))).outcome == .changed)
        #expect(try browser.visit(.ok(("Delete", "b"))).outcome == .cleared)
        #expect(browser.jar.isEmpty)
    }

    @Test(arguments: StoreKind.here)
    func `makes a new session of what is set after a clear`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        let first = browser.open()
        browser.now += 10
        #expect(try browser.visit(.ok(("Clear", "1"), ("Set", #"{"a":1}"#))).outcome == .created)
        let second = browser.open()
        #expect(second.idText != first.idText)
        #expect(second.birth == browser.now && first.birth == browser.now - 10)
    }

    @Test(arguments: [500, 502, 503, 599])
    func `drops every change of an answer of 500 and above`(status: Int) throws {
        var browser = Browser()
        try browser.visit(.ok(("Set", #"{"a":1}"#), ("Flash", #"{"k":"m"}"#)))
        let jar = browser.jar.map(\.value)
        browser.now += 120
        let changes = [
            ("Clear", "1"), ("Set", #"{"b":1}"#), ("Renew", "1"), ("Flash", #"{"k":"n"}"#), ("Set-Once", #"{"c":1}"#),
        ]
        let visit = try browser.visit(Answer(status: status, fields: changes.map { (name: $0.0, value: $0.1) }))
        #expect(visit.setCookies.isEmpty && visit.outcome == .unchanged)
        #expect(browser.jar.map(\.value) == jar)
    }

    @Test(arguments: [200, 204, 302, 304, 404, 499])
    func `keeps the changes of other answers`(status: Int) throws {
        var browser = Browser()
        #expect(try browser.visit(.status(status, ("Set", #"{"a":1}"#))).outcome == .created)
        #expect(browser.open().outcome == .opened)
    }

    @Test(arguments: StoreKind.here)
    func `renews the id and keeps values and birth`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        let before = browser.open()
        browser.now += 5
        #expect(try browser.visit(.ok(("Renew", "1"))).outcome == .renewed)
        let after = browser.open()
        #expect(after.json == before.json && after.birth == before.birth)
        #expect(after.idText != before.idText)
        #expect(after.lastSeen == browser.now)
    }

    @Test(arguments: StoreKind.here)
    func `renews the id when a value named by renew_on changes`(_ store: StoreKind) throws {
        var browser = Browser(store) { $0.renewOn = ["user_id"] }
        try browser.visit(.ok(("Set", #"{"cart":[1]}"#)))
        var id = browser.open().idText
        let steps: [(Answer, CloseOutcome)] = [
            (.ok(("Set", #"{"cart":[1,2]}"#)), .changed),
            (.ok(("Set", #"{"user_id":1}"#)), .renewed),
            (.ok(("Set", #"{"user_id":1}"#)), .unchanged),
            (.ok(("Set", #"{"cart":[]}"#)), .changed),
            (.ok(("Set", #"{"user_id":2}"#)), .renewed),
            (.ok(("Delete", "user_id")), .renewed),
            (.ok(("Delete", "user_id")), .unchanged),
        ]
        for (answer, outcome) in steps {
            let birth = browser.open().birth
            #expect(try browser.visit(answer).outcome == outcome)
            #expect((browser.open().idText != id) == (outcome == .renewed))
            #expect(browser.open().birth == birth)
            id = browser.open().idText
        }
    }

    @Test func `names a cookie that would be larger than browsers keep, and changes nothing`() throws {
        var browser = Browser()
        try browser.visit(.ok(("Set", #"{"a":1}"#)))
        let before = browser.cookie
        let error = #expect(throws: SaveError.self) {
            try browser.visit(.ok(("Set", #"{"b":"\#(String(repeating: "x", count: 4000))"}"#)))
        }
        guard case .tooLarge(let cookie, let size, let limit, chunks: 2) = error else {
            Issue.record("not tooLarge")
            return
        }
        #expect(cookie == "_gateway_session" && size > 4096 && limit == 4096)
        #expect(
            error?.reason == "cookie _gateway_session would be \(size) bytes with its name, browsers keep 4096; "
                + "`max_chunks: 2` spreads it over several, or `spill: memory` keeps it at the gateway"
        )
        #expect(browser.cookie == before)
    }

    @Test func `fills a cookie up to 4096 bytes of name and value`() throws {
        var largest = 0
        for count in 2900...3100 {
            var browser = Browser()
            guard (try? browser.visit(.ok(("Set", #"{"b":"\#(String(repeating: "x", count: count))"}"#)))) != nil else {
                break
            }
            largest = "_gateway_session".utf8.count + (browser.cookie ?? "").utf8.count
            #expect(largest <= 4096)
            #expect(browser.open().outcome == .opened)
        }
        // A step of 32 bytes is 43 characters.
        #expect(largest > 4096 - 44)
    }

    @Test(arguments: StoreKind.here)
    func `follows a simple model through random requests`(_ store: StoreKind) throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            var model = SessionModel(seed: seed, store)
            for _ in 0..<60 { try model.step() }
        }
    }
}
