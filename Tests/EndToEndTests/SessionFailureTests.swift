import Testing

/// DESIGN 3.1: a save that fails is the gateway's error; the old session stands.
struct SessionFailureTests {
    static let malformed = [
        "X-Session-Set: {", "X-Session-Set: [1]", "X-Session-Set: 1", "X-Session-Set: {\"a\":01}", "X-Session-Set:",
        "X-Session-Set: {\"a\":1} x",
        "X-Session-Set: {'a':1}", "X-Session-Set: {\"a\":\"\\ud800\"}", "X-Session-Set-Once: nope",
        "X-Session-Clear: yes",
        "X-Session-Renew: maybe", "X-Flash-Add: {\"success\":1}", "X-Flash-Add: [\"a\"]",
        "X-Flash-Add: {\"success\":[1]}", "X-Flash-Add: text",
        "X-Session-Set: {\"\(String(repeating: "n", count: 257))\":1}",
        "X-Session-Delete: \(String(repeating: "n", count: 257))",
        "X-Flash-Keep: soon",
        "X-Session-Set: {\"a\":\(String(repeating: "[", count: 100))\(String(repeating: "]", count: 100))}",
    ]

    @Test(arguments: malformed, SessionStores.all)
    func `a change that cannot be read fails the save, and none of its answer's changes is applied`(
        _ order: String,
        _ store: String
    ) throws {
        try withSessions(session: "store: \(store)") { gateway, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            let failed = try browser.fetch("/failing", #"X-Session-Set: {"a":2}"#, order, "X-Session-Renew: 1")
            #expect(failed.status == 500)
            #expect(failed.seen != nil)
            #expect(!failed.response.text.contains("seen"))
            #expect(failed.response.setCookies.isEmpty)
            #expect(!failed.response.names.contains { $0.hasPrefix("x-session") || $0.hasPrefix("x-flash") })
            let line = try gateway.logLine(target: "/failing")
            #expect(line["session"] == "failed")
            #expect(line["reason"]?.string?.isEmpty == false)
            let after = try browser.fetch()
            #expect(JSONValue(after.session) == ["a": 1])
        }
    }

    @Test func `X7 a session too large for one cookie fails the save with a reason that says so`() throws {
        try withSessions { gateway, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            let large = String(repeating: "x", count: 4000)
            let failed = try browser.fetch("/failing", #"X-Session-Set: {"large":"\#(large)"}"#)
            #expect(failed.status == 500)
            #expect(failed.response.setCookies.isEmpty)
            let reason = try #require(try gateway.logLine(target: "/failing")["reason"]?.string)
            #expect(reason.contains("4096"))
            #expect(!reason.contains("xxxx"))
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }

    @Test func `no cookie is ever larger than a browser keeps, and what fits comes back whole`() throws {
        try withSessions { _, _, browser in
            var largest = 0
            for size in stride(from: 2400, through: 3400, by: 40) {
                let value = String(repeating: "y", count: size)
                let visit = try browser.fetch("/", #"X-Session-Set: {"v":"\#(value)"}"#)
                guard visit.status == 200 else {
                    #expect(visit.status == 500)
                    continue
                }
                let cookie = try #require(visit.response.setCookie(Browser.cookie))
                #expect(cookie.name.utf8.count + cookie.value.utf8.count <= 4096)
                #expect(JSONValue(try browser.fetch().session) == ["v": .string(value)])
                largest = size
            }
            #expect(largest > 2700)
        }
    }

    @Test(arguments: SessionStores.all)
    func `X7 messages too large for one cookie fail the save`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let large = String(repeating: "x", count: 4000)
            let failed = try browser.fetch("/", #"X-Flash-Add: {"info":"\#(large)"}"#)
            #expect(failed.status == 500)
            #expect(try browser.page().flash == nil)
        }
    }

    @Test(arguments: SessionStores.all)
    func `after a save that failed the connections are in order`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, origin, browser in
            for _ in 0..<5 {
                let failed = try browser.fetch("/", "X-Session-Set: {")
                #expect(failed.status == 500)
                #expect(try browser.fetch("/").response.text == "seen")
            }
            #expect(origin.requests.count == 10)
        }
    }
}
