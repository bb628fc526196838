import Testing

/// `max_chunks`: sessions too large for one cookie, as a browser and the service see them.
struct LargeSessionTests {
    private static func set(_ length: Int) -> String {
        #"X-Session-Set: {"a":"\#(String(repeating: "x", count: length))"}"#
    }

    @Test func `a session grows and shrinks over several cookies`() throws {
        try withSessions(session: "max_chunks: 8") { _, _, browser in
            for length in [100, 9000, 20_000, 4000, 10] {
                let visit = try browser.fetch("/", Self.set(length))
                #expect(visit.response.setCookies.filter { !$0.isDeletion }.count == length / 3010 + 1)
                #expect(try browser.fetch().session?.utf8.count == length + 8)
                #expect(browser.jar["\(Browser.cookie).7"] == nil)
                #expect((browser.jar["\(Browser.cookie).1"] != nil) == (length > 3000))
            }
            _ = try browser.fetch("/", Self.set(20_000))
            _ = try browser.fetch("/", "X-Session-Clear: 1")
            #expect(browser.jar.line.isEmpty)
        }
    }

    @Test func `over max_chunks the save fails, and the log says what helps`() throws {
        try withSessions(session: "max_chunks: 2") { gateway, _, browser in
            _ = try browser.fetch("/", Self.set(5000))
            #expect(try browser.fetch("/large", Self.set(9000)).status == 500)
            let reason = try gateway.logLine(target: "/large")["reason"]?.string ?? ""
            #expect(reason.contains("`max_chunks` allows 8") && reason.contains("`max_chunks: 3`"))
            #expect(try browser.fetch().session?.utf8.count == 5008)
        }
    }
}
