import Testing

/// Sessions whose values live in the gateway's memory: what they can that cookies cannot, and their bounds.
struct MemoryStoreTests {
    private static let memory = "store: memory"

    @Test func `the cookie holds a random token, and keeps it while values change`() throws {
        try withSessions(session: Self.memory) { _, _, browser in
            let created = try browser.fetch("/", #"X-Session-Set: {"name":"Ada"}"#)
            let cookie = try #require(created.response.setCookie(Browser.cookie))
            #expect(cookie.value.utf8.count == 54)
            #expect(cookie["max-age"] == nil && cookie["httponly"] == "")
            let large = String(repeating: "x", count: 30_000)
            let changed = try browser.fetch("/", #"X-Session-Set: {"large":"\#(large)"}"#)
            #expect(changed.status == 200 && changed.response.setCookies.isEmpty)
            let seen = try browser.fetch()
            #expect(JSONValue(seen.session) == ["name": "Ada", "large": .string(large)])
            let id = try #require(seen.id)
            #expect(!cookie.value.contains(id))
            // The id, which services write into their logs, opens nothing.
            let forged = try browser.bare("/", "Cookie: \(Browser.cookie)=\(id)\r\n")
            #expect(forged.session == "{}" && forged.response.setCookie(Browser.cookie)?.isDeletion == true)
        }
    }

    @Test func `requests beside each other lose nothing`() throws {
        try withSessions(session: Self.memory) { gateway, origin, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"start":1}"#)
            let cookies = browser.jar.line
            let wires = try (0..<8).map { _ in try gateway.connect() }
            for round in 0..<10 {
                for (number, wire) in wires.enumerated() {
                    let order = #"Do: X-Session-Set: {"w\#(number)":\#(round)}"#
                    try wire.send("GET / HTTP/1.1\r\nHost: test\r\n\(order)\r\n\(cookies)\r\n")
                }
                for wire in wires { #expect(try wire.readResponse(to: "GET").status == 200) }
            }
            var wanted: [String: JSONValue] = ["start": 1]
            for number in 0..<8 { wanted["w\(number)"] = 9 }
            #expect(JSONValue(try browser.fetch().session) == .object(wanted))
        }
    }

    @Test func `a session that was cleared is not brought back, nor is its cookie`() throws {
        try withSessions(session: Self.memory) { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            let stolen = browser.jar.line
            _ = try browser.fetch("/", "X-Session-Clear: 1")
            let thief = try browser.bare("/", stolen, orders: [#"X-Session-Set: {"b":1}"#])
            #expect(thief.session == "{}")
            // What it sets is a session of its own.
            let cookie = try #require(thief.response.setCookie(Browser.cookie))
            #expect(!stolen.contains(cookie.value))
        }
    }

    @Test func `a renewed session's old cookie opens nothing`() throws {
        try withSessions(session: Self.memory) { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            let old = browser.jar.line
            _ = try browser.fetch("/", "X-Session-Renew: 1")
            #expect(try browser.bare("/", old).session == "{}")
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }

    @Test func `all workers see the same sessions`() throws {
        let origin = try ObedientOrigin()
        let file = RouteFiles.session(origin.url, session: Self.memory).replacing("workers: 1", with: "workers: 4")
        try withGateway(file) { gateway in
            var browser = Browser(try gateway.connect(), origin)
            _ = try browser.fetch("/", #"X-Session-Set: {"n":0}"#)
            // Each connection may come to another worker.
            for number in 1..<32 {
                browser.wire = try gateway.connect()
                let visit = try browser.fetch("/", #"X-Session-Set: {"n":\#(number)}"#)
                #expect(JSONValue(visit.session) == ["n": .number(Double(number - 1))])
            }
        }
    }

    @Test func `sessions of two names do not open each other's cookies`() throws {
        let other = "  other:\n    name: other\n    store: memory\n    secret: ${SESSION_SECRET}"
        let routes = "- path: /other/*\n  upstream: app\n  session: other"
        let origin = try ObedientOrigin()
        let file = RouteFiles.session(origin.url, session: Self.memory, routes: routes)
            .replacing("upstreams:\n  app:", with: "\(other)\nupstreams:\n  app:")
        try withGateway(file) { gateway in
            var browser = Browser(try gateway.connect(), origin)
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            let token = try #require(browser.jar[Browser.cookie])
            #expect(try browser.bare("/other/", "Cookie: other=\(token)\r\n").session == "{}")
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }

    @Test func `a full memory lets go of the sessions unused longest, and says so`() throws {
        try withSessions(session: "store: memory\nmemory: { size: 1MiB }") { gateway, origin, first in
            _ = try first.fetch("/", #"X-Session-Set: {"first":1}"#)
            var last = Browser(first.wire, origin)
            let large = String(repeating: "x", count: 40_000)
            for number in 0..<40 {
                last = Browser(first.wire, origin)
                _ = try last.fetch("/", #"X-Session-Set: {"n":\#(number),"v":"\#(large)"}"#)
            }
            #expect(try first.fetch().session == "{}")
            #expect(JSONValue(try last.fetch().session)?["n"] == 39)
            try gateway.logged("the memory store is full")
        }
    }

    @Test func `values over a quarter mebibyte fail the save with a reason that says so`() throws {
        try withSessions(session: Self.memory) { gateway, _, browser in
            let part = String(repeating: "x", count: 50_000)
            for number in 0..<5 { _ = try browser.fetch("/", #"X-Session-Set: {"v\#(number)":"\#(part)"}"#) }
            let failed = try browser.fetch("/failing", #"X-Session-Set: {"v5":"\#(part)"}"#)
            #expect(failed.status == 500 && failed.response.setCookies.isEmpty)
            let reason = try #require(try gateway.logLine(target: "/failing")["reason"]?.string)
            #expect(reason.contains("262144") && !reason.contains("xxxx"))
            #expect(try browser.fetch("/", "X-Session-Clear: 1").status == 200)
            #expect(try browser.fetch().session == "{}")
        }
    }

    @Test func `an unknown token is said in the log, and expired`() throws {
        try withSessions(session: Self.memory) { gateway, _, browser in
            let token = String(repeating: "A", count: 54)
            let visit = try browser.bare("/unknown", "Cookie: \(Browser.cookie)=\(token)\r\n")
            #expect(visit.session == "{}")
            #expect(visit.response.setCookie(Browser.cookie)?.isDeletion == true)
            #expect(try gateway.logLine(target: "/unknown")["session"] == "unknown")
        }
    }
}
