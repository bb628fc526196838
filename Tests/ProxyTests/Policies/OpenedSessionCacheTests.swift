import Sessions
import Testing

@testable import Proxy

struct OpenedSessionCacheTests {
    private let settings: SessionSettings = {
        var settings = SessionSettings()
        settings.secrets = [[UInt8](repeating: 7, count: 32)]
        settings.idleTimeout = 100
        settings.lifetime = 150
        return settings
    }()

    /// A cookie's value, sealed at a time, and the session it opens as.
    private func sealed(at time: Int64, _ value: String = "1") throws -> (value: [UInt8], opened: OpenedSession) {
        let sessions = CookieSessions(settings)
        var changes = SessionChanges()
        try changes.set(Array("{\"a\":\(value)}".utf8).span)
        var random = SystemRandomNumberGenerator()
        let closed = try sessions.close(
            OpenedSession(),
            changes: changes,
            status: 200,
            isPage: false,
            secureConnection: false,
            now: time,
            random: &random
        )
        let cookie = try #require(closed.setCookies.first)
        let bytes = Array(cookie.drop { $0 != UInt8(ascii: "=") }.dropFirst().prefix { $0 != UInt8(ascii: ";") })
        return (bytes, sessions.open(bytes.span, candidates: [0..<bytes.count], flashCandidates: [], now: time))
    }

    private func find(_ cache: OpenedSessionCache, _ value: [UInt8], session: Int = 0, now: Int64 = 1000) -> [UInt8]? {
        cache.find(OpenedSessionCache.Key(session: session, value: value.span), value.span, now: now)?.json
    }

    private func keep(_ cache: inout OpenedSessionCache, _ sealed: (value: [UInt8], opened: OpenedSession)) {
        cache.keep(
            sealed.opened,
            OpenedSessionCache.Key(session: 0, value: sealed.value.span),
            sealed.value.span,
            settings: settings
        )
    }

    @Test func `finds the very same cookie of the same session, and nothing else`() throws {
        var cache = OpenedSessionCache()
        let cookie = try sealed(at: 1000)
        #expect(find(cache, cookie.value) == nil)
        keep(&cache, cookie)
        #expect(find(cache, cookie.value) == Array(#"{"a":1}"#.utf8))
        #expect(find(cache, cookie.value, session: 1) == nil)
        #expect(find(cache, cookie.value.dropLast() + [0]) == nil)
        #expect(find(cache, Array(cookie.value.dropLast())) == nil)
        #expect(find(cache, cookie.value + [0x41]) == nil)
        #expect(find(cache, []) == nil)
    }

    @Test func `what is too old to open is not found`() throws {
        var cache = OpenedSessionCache()
        let cookie = try sealed(at: 1000)
        keep(&cache, cookie)
        #expect(find(cache, cookie.value, now: 1099) != nil)
        #expect(find(cache, cookie.value, now: 1100) == nil)
    }

    @Test func `a session that did not open is not kept`() {
        var cache = OpenedSessionCache()
        let value = Array("forged".utf8)
        keep(&cache, (value, OpenedSession()))
        #expect(find(cache, value) == nil)
    }

    @Test func `holds so many and no more, and never gives one for another`() throws {
        var cache = OpenedSessionCache()
        let cookies = try (0..<1000).map { try sealed(at: 1000, "\($0)") }
        for cookie in cookies { keep(&cache, cookie) }
        var found = 0
        for (index, cookie) in cookies.enumerated() {
            guard let json = find(cache, cookie.value) else { continue }
            found += 1
            if json != Array("{\"a\":\(index)}".utf8) { Issue.record("another's session") }
        }
        #expect((1...OpenedSessionCache.slots).contains(found))
    }
}
