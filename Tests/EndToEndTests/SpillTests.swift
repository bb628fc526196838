import Foundation
import RedisServer
import Testing

/// Sessions that outgrow their cookies and move to a server store, as browser, service and operator see it.
struct SpillTests {
    private static let stores = ["memory", "redis"]

    private static func large(_ name: String = "large", _ count: Int = 6000) -> String {
        #"X-Session-Set: {"\#(name)":"\#(String(repeating: "x", count: count))"}"#
    }

    @Test(arguments: stores)
    func `a session grows out of its cookies, and those of before are gone`(store: String) throws {
        try withSessions(session: "spill: \(store)\nmax_chunks: 2") { gateway, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            _ = try browser.fetch("/", Self.large("b", 5000))
            #expect(browser.jar["\(Browser.cookie).1"] != nil)
            let before = try #require(try browser.fetch().id)
            let moved = try browser.fetch("/moved", Self.large("c"), #"X-Flash-Add: {"info":"Moved."}"#)
            #expect(moved.status == 200)
            #expect(browser.jar[Browser.cookie]?.utf8.count == 54 && browser.jar["\(Browser.cookie).1"] == nil)
            #expect(try gateway.logLine(target: "/moved")["session"] == "spilled")
            let seen = try browser.page()
            #expect(JSONValue(seen.session)?.names == ["a", "b", "c"] && seen.flash != nil)
            let id = try #require(seen.id)
            #expect(id != before)
            // It stays there when it shrinks, and its cookie is not written for it.
            let shrunk = try browser.fetch("/", "X-Session-Delete: b, c", #"X-Session-Set: {"a":2}"#)
            #expect(shrunk.response.setCookies.isEmpty)
            #expect(JSONValue(try browser.fetch().session) == ["a": 2])
            // What follows a cleared one is tried in the cookie again.
            _ = try browser.fetch("/", "X-Session-Clear: 1", #"X-Session-Set: {"n":1}"#)
            #expect(browser.jar[Browser.cookie]?.utf8.count != 54)
            #expect(JSONValue(try browser.fetch().session) == ["n": 1])
            _ = try browser.fetch("/", Self.large())
            _ = try browser.fetch("/", "X-Session-Clear: 1")
            #expect(browser.jar.line.isEmpty)
        }
    }

    @Test(arguments: stores)
    func `the session is the same: born when it was, renewed at sign-in, given once`(store: String) throws {
        let settings = "spill: \(store)\nlifetime: 1000s\nmax_age: 1000s\nrenew_on: [user_id]"
        try withSessions(session: settings) { _, _, browser in
            let start = ContinuousClock.now
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            // Times are whole seconds: one has to pass.
            while ContinuousClock.now - start < .milliseconds(1100) { _ = try browser.fetch() }
            let orders = [Self.large(), #"X-Session-Set-Once: {"token":"t"}"#]
            let moved = try browser.fetch("/", orders[0], orders[1])
            let age = try #require(moved.response.setCookie(Browser.cookie)?["max-age"].flatMap { Int($0) })
            #expect(age < 1000)
            let token = browser.jar.line
            #expect(JSONValue(try browser.fetch().session)?["token"] == "t")
            #expect(JSONValue(try browser.fetch().session)?.names == ["a", "large"])
            _ = try browser.fetch("/", #"X-Session-Set: {"user_id":42}"#)
            #expect(browser.jar.line != token)
            #expect(try browser.bare("/", token).session == "{}")
            #expect(JSONValue(try browser.fetch().session)?.names == ["a", "large", "user_id"])
            // Over the idle time nothing is different either: a token is not shown to the service.
            #expect(try browser.fetch().seen?.field("cookie") == nil)
        }
    }

    @Test(arguments: stores)
    func `eight answers at the same time lose nothing, though the session moves with one of them`(store: String) throws
    {
        try PatientOrigin.withWorkers(session: "spill: \(store)") { gateway, patient, jar in
            let old = jar
            let wires = try (0..<8).map { _ in try gateway.connect() }
            for (number, wire) in wires.enumerated() {
                let value = number % 3 == 0 ? "\"\(String(repeating: "x", count: 3000))\"" : "\(number)"
                try wire.send(PatientOrigin.request(jar, wait: true, #"X-Session-Set: {"k\#(number)":\#(value)}"#))
            }
            try patient.origin.waitForRequests(9)
            patient.gate.open()
            for wire in wires {
                let response = try wire.readResponse()
                #expect(response.status == 200)
                jar.take(response)
            }
            for cookies in [jar, old] {
                _ = try gateway.connect().exchange(PatientOrigin.request(cookies))
                let seen = JSONValue(try patient.origin.lastRequest().field("x-session"))
                #expect(seen?.names == Set((0..<8).map { "k\($0)" } + ["base"]))
            }
        }
    }

    @Test(arguments: stores)
    func `a sign-out is not undone by answers that were slower`(store: String) throws {
        try PatientOrigin.withWorkers(session: "spill: \(store)") { gateway, patient, jar in
            let old = jar
            let wires = try (0..<4).map { _ in try gateway.connect() }
            for wire in wires { try wire.send(PatientOrigin.request(jar, wait: true, Self.large("late"))) }
            try patient.origin.waitForRequests(5)
            jar.take(try gateway.connect().exchange(PatientOrigin.request(jar, Self.large())))
            let token = jar
            jar.take(try gateway.connect().exchange(PatientOrigin.request(jar, "X-Session-Clear: 1")))
            #expect(jar.line.isEmpty)
            patient.gate.open()
            for wire in wires { #expect(try wire.readResponse().setCookies.isEmpty) }
            for cookies in [old, token] {
                _ = try gateway.connect().exchange(PatientOrigin.request(cookies))
                #expect(try patient.origin.lastRequest().field("x-session") == "{}")
            }
        }
    }

    @Test func `with Redis away what fits is served, and what does not is a 503 that changes nothing`() throws {
        let server = try RedisServer()
        let redis = "spill: redis\nredis: { url: \"\(server.url)\", timeout: 1s }"
        try withSessions(session: redis) { gateway, origin, browser in
            _ = try browser.fetch("/", Self.large())
            #expect(try server.run("DBSIZE") == "1")
            server.kill()
            var small = Browser(try gateway.connect(), origin)
            _ = try small.fetch("/", #"X-Session-Set: {"a":1}"#)
            let failed = try small.fetch("/failing", Self.large())
            #expect(failed.status == 503 && failed.response.setCookies.isEmpty)
            #expect(try gateway.logLine(target: "/failing")["session"] == "store_error")
            #expect(try small.fetch("/", #"X-Session-Set: {"b":1}"#).status == 200)
            #expect(JSONValue(try small.fetch().session) == ["a": 1, "b": 1])
            // Its own session is there, and cannot be had.
            #expect(try browser.fetch().status == 503)
            #expect(browser.jar[Browser.cookie] != nil)
            try server.start()
            let end = ContinuousClock.now + .seconds(10)
            while try small.fetch("/", Self.large()).status != 200 {
                guard ContinuousClock.now < end else { throw HarnessError.timeout("Redis") }
            }
            #expect(JSONValue(try small.fetch().session)?.names == ["a", "b", "large"])
        }
    }

    @Test func `what has moved is counted, kept over a reload, and said by session open`() throws {
        try withSessions(session: "spill: memory") { gateway, _, browser in
            _ = try browser.fetch("/", Self.large())
            gateway.child.signal(SIGHUP)
            try gateway.logged("serving by the route file as it is now")
            #expect(JSONValue(try browser.fetch().session)?.names == ["large"])
            gateway.child.signal(SIGUSR1)
            let counters = JSONValue(try gateway.logged("{\"counters\""))?["counters"]
            #expect(counters?["sessions"]?["browser"]?["spilled"] == 1)
            let directory = try TemporaryDirectory()
            let outcome = try GatewayProcess.run(
                ["session", "open", "\(Browser.cookie)=\(browser.jar[Browser.cookie] ?? "")"],
                environment: ["SESSION_SECRET": GatewayProcess.secret],
                directory: directory.path
            )
            #expect(outcome.exit == .status(69))
            #expect(outcome.out.contains("this is a token, and its values are there"))
            let id = try #require(try browser.fetch().id)
            #expect(outcome.out.contains("id          \(id)"))
        }
    }
}
