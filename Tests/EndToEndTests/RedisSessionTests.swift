import Foundation
import RedisServer
import Testing

/// DESIGN 3.5: a session in Redis, as browser, service and operator see it.
struct RedisSessionTests {
    @Test(arguments: [RedisServer.Place.port, .socket, .tls])
    func `what a service sets it sees at later requests, and the cookie holds a token alone`(
        place: RedisServer.Place
    ) throws {
        let server = try RedisServer(place)
        let tls = place == .tls ? "tls: { ca: \(server.authority) }" : ""
        try withRedis(server, settings: tls) { gateway, _, browser in
            #expect(try browser.page().response.setCookies.isEmpty)
            #expect(try server.run("DBSIZE") == "0")
            let set = try browser.page("/", #"X-Session-Set: {"user_id":42,"name":"Ada \u00e9"}"#)
            #expect(set.response.setCookies.map(\.name) == [Browser.cookie])
            #expect(browser.jar[Browser.cookie]?.utf8.count == 54)
            let visit = try browser.fetch()
            #expect(JSONValue(visit.session) == ["user_id": 42, "name": "Ada é"])
            #expect(visit.response.setCookies.isEmpty)
            #expect(try server.run("DBSIZE") == "1")
            let key = try server.run("KEYS", "*")
            #expect(key.hasPrefix("gateway:_gateway_session:{"))
            let id = try #require(visit.id)
            #expect(key.contains(id) && browser.jar[Browser.cookie]?.contains(id) == false)
            _ = try browser.fetch("/", "X-Session-Clear: 1")
            #expect(browser.jar[Browser.cookie] == nil)
            #expect(try server.run("DBSIZE") == "0")
            #expect(!gateway.log.contains("redis"))
        }
    }

    @Test func `a value larger than any cookie, once-values, flash messages and renewal`() throws {
        let server = try RedisServer()
        try withRedis(server, session: "renew_on: [user_id]") { _, _, browser in
            let large = String(repeating: "x", count: 6000)
            _ = try browser.fetch("/", #"X-Session-Set: {"large":"\#(large)"}"#, #"X-Session-Set-Once: {"token":"t"}"#)
            let before = try #require(browser.jar[Browser.cookie])
            let visit = try browser.fetch("/", #"X-Flash-Add: {"success":"Saved."}"#)
            #expect(JSONValue(visit.session) == ["large": .string(large), "token": "t"])
            let page = try browser.page("/", #"X-Session-Set: {"user_id":1}"#)
            #expect(JSONValue(page.session) == ["large": .string(large)])
            #expect(JSONValue(page.flash) == ["success": ["Saved."]])
            let after = try #require(browser.jar[Browser.cookie])
            #expect(after != before)
            #expect(JSONValue(try browser.fetch().session) == ["large": .string(large), "user_id": 1])
            // What somebody else may have from before the sign-in opens nothing; the browser may be about to replace it.
            let old = try browser.bare("/", "Cookie: \(Browser.cookie)=\(before)\r\n")
            #expect(old.session == "{}" && old.response.setCookies.isEmpty)
        }
    }

    @Test func `two gateways on one Redis that change different values at the same time both win`() throws {
        let server = try RedisServer()
        try withRedis(server) { one, origin, first in
            _ = try first.fetch("/", #"X-Session-Set: {"start":true}"#)
            let cookie = try #require(first.jar[Browser.cookie])
            try withRedis(server) { two, _, second in
                second.jar = first.jar
                #expect(JSONValue(try second.fetch().session) == ["start": true])
                let endpoints = [one.endpoints[0], two.endpoints[0]]
                // Each gateway's requests open the session while the other's are under way.
                DispatchQueue.concurrentPerform(iterations: 2) { place in
                    guard let wire = try? Wire(to: endpoints[place]) else { return }
                    let writer = Browser(wire, origin)
                    for number in 0..<100 {
                        let fields = "Do-Status: 200\r\nCookie: \(Browser.cookie)=\(cookie)\r\n"
                        let orders = [#"X-Session-Set: {"g\#(place)n\#(number)":\#(number)}"#]
                        let visit = try? writer.bare("/", fields, orders: orders)
                        #expect(visit?.status == 200)
                    }
                }
                let values = JSONValue(try second.fetch().session)
                for place in 0..<2 {
                    for number in 0..<100 { #expect(values?["g\(place)n\(number)"] == .number(Double(number))) }
                }
                #expect(values?["start"] == true)
                // What one gateway clears, no request of the other brings back.
                _ = try first.fetch("/", "X-Session-Clear: 1")
                let slow = try second.fetch("/", #"X-Session-Set: {"late":1}"#)
                #expect(slow.session == "{}")
            }
        }
    }

    @Test func `a Redis that hangs is a 503 in time, for its routes alone, and goes on when it goes on`() throws {
        let server = try RedisServer()
        try withRedis(server, settings: "timeout: 300ms") { gateway, origin, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            server.freeze()
            let started = ContinuousClock.now
            let failed = try browser.fetch("/hanging")
            #expect(failed.status == 503 && failed.seen == nil)
            #expect(failed.response.field("retry-after") != nil)
            #expect(ContinuousClock.now - started < .seconds(5))
            #expect(failed.response.setCookies.isEmpty)
            let line = try gateway.logLine(target: "/hanging")
            #expect(line["reason"]?.string?.hasSuffix("Redis did not answer in time") == true)
            // A visitor without a cookie needs no Redis, and neither does a Null route.
            #expect(try browser.bare("/").status == 200)
            #expect(try browser.bare("/api/x").status == 200)
            #expect(try gateway.logged("redis cannot be used").contains("did not answer in time"))
            server.thaw()
            try waitFor { try browser.fetch().status == 200 }
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
            try gateway.logged("redis can be used again")
            #expect(browser.jar[Browser.cookie] != nil)
        }
    }

    @Test func `a save that fails is a 503, and the service's answer does not get out`() throws {
        let server = try RedisServer(options: ["--maxmemory-policy", "noeviction"])
        try withRedis(server) { gateway, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            try server.run("CONFIG", "SET", "maxmemory", "1")
            let failed = try browser.fetch("/full", #"X-Session-Set: {"a":2}"#)
            #expect(failed.status == 503 && failed.seen != nil && !failed.response.text.contains("seen"))
            let reason = try gateway.logLine(target: "/full")["reason"]?.string
            #expect(reason?.contains("Redis refuses: OOM") == true)
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
            try server.run("CONFIG", "SET", "maxmemory", "0")
            #expect(try browser.fetch("/", #"X-Session-Set: {"a":3}"#).status == 200)
            #expect(JSONValue(try browser.fetch().session) == ["a": 3])
            #expect(!gateway.log.contains("\"a\""))
        }
    }

    @Test func `a wrong password is a 503, and no log shows it`() throws {
        let server = try RedisServer(password: "right")
        let place = server.url.dropFirst("redis://".count)
        try withRedis(server, url: "redis://:wr0ng@\(place)") { gateway, _, browser in
            let refused = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            #expect(refused.status == 503)
            let said = try gateway.logged("redis cannot be used")
            #expect(said.contains("WRONGPASS") && said.contains("redis://:***@\(place)"))
            #expect(!gateway.log.contains("wr0ng") && !gateway.accessLog.contains("wr0ng"))
        }
        try withRedis(server, url: "redis://:right@\(place)/2") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
            #expect(try server.run("-n", "2", "DBSIZE", password: "right") == "1")
        }
    }

    @Test func `scripts that Redis forgets while it runs cost nothing but a way more`() throws {
        let server = try RedisServer()
        try withRedis(server) { _, _, browser in
            for number in 0..<5 {
                #expect(try browser.fetch("/", #"X-Session-Set: {"n":\#(number)}"#).status == 200)
                try server.run("SCRIPT", "FLUSH")
            }
            #expect(JSONValue(try browser.fetch().session) == ["n": 4])
        }
    }

    @Test func `a Redis that closes connections it finds idle costs no request`() throws {
        let server = try RedisServer()
        try withRedis(server) { gateway, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            for _ in 0..<5 {
                // Of the deny list there may be another at any moment.
                let connected = try clients(of: server)
                try server.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                // The connection's end is there before the next request.
                try waitFor { try clients(of: server).isDisjoint(with: connected) }
                #expect(JSONValue(try browser.fetch().session) == ["a": 1])
            }
            #expect(!gateway.log.contains("cannot be used"))
        }
    }

    /// What Redis calls the connections it has, `id=7` say.
    private func clients(of server: RedisServer) throws -> Set<Substring> {
        Set(try server.run("CLIENT", "LIST").split(separator: "\n").compactMap { $0.split(separator: " ").first })
    }

    /// Asks again until it holds, or ten seconds are over.
    private func waitFor(_ holds: () throws -> Bool) throws {
        let end = ContinuousClock.now + .seconds(10)
        while try !holds() {
            guard ContinuousClock.now < end else { throw HarnessError.timeout("what was waited for") }
        }
    }
}
