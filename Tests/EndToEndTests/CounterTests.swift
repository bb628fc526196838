import Glibc
import Testing

/// What SIGUSR1 has written: every outcome a number of its own.
struct CounterTests {
    private static func counters(_ gateway: GatewayProcess) throws -> JSONValue {
        gateway.child.signal(SIGUSR1)
        let line = try gateway.logged("{\"counters\"")
        return try #require(JSONValue(line)?["counters"])
    }

    @Test func `each outcome is counted, and one line of JSON says them all`() throws {
        try withSessions(session: "renew_on: [user]") { gateway, _, browser in
            _ = try browser.fetch()
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#, "Set-Cookie: \(Browser.cookie)=mine")
            _ = try browser.fetch("/", #"X-Session-Set: {"a":2}"#)
            _ = try browser.fetch("/", #"X-Session-Set: {"user":2}"#)
            _ = try browser.fetch("/", "X-Session-Set: {")
            _ = try browser.fetch("/", #"X-Session-Set: {"a":"\#(String(repeating: "x", count: 4000))"}"#)
            let cookie = try #require(browser.jar[Browser.cookie])
            let twins = "Cookie: \(Browser.cookie)=\(cookie); \(Browser.cookie)=old\r\n"
            _ = try browser.bare("/", twins)
            let forged = cookie.dropLast(4) + (cookie.hasSuffix("AAAA") ? "BBBB" : "AAAA")
            _ = try browser.bare("/", "Cookie: \(Browser.cookie)=\(forged)\r\n")
            _ = try browser.bare("/", "Cookie: \(Browser.cookie)=nonsense\r\n")
            // A key nobody has: the same form, another id behind the version.
            let unknown = "AQ" + String(repeating: "A", count: cookie.count - 2)
            _ = try browser.bare("/", "Cookie: \(Browser.cookie)=\(unknown)\r\n")
            _ = try browser.fetch(
                "/api/",
                #"X-Session-Set: {"a":1}"#,
                "Set-Cookie: \(Browser.cookie)=x",
                "Set-Cookie: y=1"
            )
            _ = try browser.fetch("/", "X-Session-Clear: 1")
            let counters = try Self.counters(gateway)
            #expect(counters["requests"] == 12)
            #expect(counters["stripped_in"] == 1)
            #expect(counters["ignored_changes"] == 1)
            #expect(counters["dropped_out"] == 2)
            #expect(counters["failures"] == 2)
            let session = try #require(counters["sessions"]?["browser"])
            let expected: [String: JSONValue] = [
                "none": 2, "created": 1, "changed": 1, "renewed": 1, "spilled": 0, "cleared": 1, "refused": 1,
                "oversized": 1,
                "opened": 6, "twin_healed": 1, "forged": 1, "malformed": 1, "unknown_key": 1, "expired_idle": 0,
                "expired_lifetime": 0, "touched": 0, "revoked": 0, "unknown_id": 0, "gone": 0, "store_error": 0,
            ]
            for (name, count) in expected { #expect(session[name] == count, "\(name)") }
            #expect(session.names == Set(expected.keys).union(["keys"]))
        }
    }

    @Test func `sessions that are over count by what ended them`() throws {
        let origin = try ObedientOrigin()
        // Made by a gateway of the same secret for which a session lives longer.
        let long = try GatewayProcess(RouteFiles.session(origin.url))
        var browser = Browser(try long.connect(), origin)
        _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
        let cookie = try #require(browser.jar[Browser.cookie])
        for (settings, name) in [("idle_timeout: 1s", "expired_idle"), ("lifetime: 1s", "expired_lifetime")] {
            try withGateway(RouteFiles.session(origin.url, session: settings)) { gateway in
                // Over when a second has passed; until then it opens.
                let client = try gateway.connect()
                let deadline = Deadline()
                while try client.get("/", "Cookie: \(Browser.cookie)=\(cookie)\r\n").setCookies.first?.isDeletion
                    != true
                {
                    if deadline.milliseconds == 0 { throw HarnessError.timeout("the session's end") }
                }
                let session = try #require(try Self.counters(gateway)["sessions"]?["browser"])
                #expect(session[name]?.number ?? 0 >= 1)
                #expect(session["malformed"] == 0)
            }
        }
    }
}
