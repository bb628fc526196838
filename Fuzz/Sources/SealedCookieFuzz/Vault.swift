import Harness
import Sessions

/// A cookie session with keys of its own, asked to open what it did and did not seal.
struct Vault {
    static let shared = Vault()

    private static var now: Int64 { 1_900_000_000 }
    private static var lifetime: Int64 { 86_400 }

    private let sessions: CookieSessions
    /// Keeps the second secret alone, as after a rotation that is over.
    private let others: CookieSessions
    /// The first characters of every value sealed here: version and key id.
    let head: [UInt8]

    private init() {
        var settings = SessionSettings()
        settings.secrets = [[UInt8](repeating: 7, count: 32), [UInt8](repeating: 8, count: 32)]
        settings.idleTimeout = Self.lifetime / 2
        settings.lifetime = Self.lifetime
        sessions = CookieSessions(settings)
        settings.secrets.removeFirst()
        others = CookieSessions(settings)
        var random = Sequence64(seededBy: [1].span)
        let (session, _) = Self.seal(sessions, "x", &random) ?? ([], [])
        must(session.count > 40, "there is a sealed value to begin with")
        // Five bytes are six characters and a part of the seventh.
        head = Array(session.prefix(6))
    }

    /// Opening gives no session and no messages.
    func mustNotOpen(_ cookie: [UInt8], _ what: String) {
        let opened = open(cookie, flash: cookie, by: sessions)
        must(opened.outcome != .opened && opened.outcome != .none, "\(what) do not open: \(opened.outcome)")
        must(opened.json == Array("{}".utf8) && opened.idText.isEmpty, "\(what) give no session")
        must(opened.flashJSON.isEmpty && opened.hasDeadCookie && opened.hasDeadFlash, "\(what) give no messages")
    }

    /// What is sealed opens with what was put in, and with any change not at all.
    func checkRoundTrip(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        var random = Sequence64(seededBy: input.span)
        guard let (session, flash) = Self.seal(sessions, text, &random) else {
            must(input.count > 100, "only what is long is too long")
            return
        }
        let opened = open(session, flash: flash, by: sessions)
        must(opened.outcome == .opened && !opened.hasDeadFlash, "what was sealed opens: \(opened.outcome)")
        let wanted = Self.object("text", .string(text))
        must(opened.json == wanted, "a session is what was sealed")
        must(opened.flashJSON == Self.object("info", .array([.string(text)])), "so are messages")
        must(opened.birth == Self.now && opened.lastSeen == Self.now, "its times too")

        must(open(session, flash: flash, by: others).outcome == .unknownKey, "another key does not open it")
        mustNotOpen(Array(session.dropLast()), "cut values")
        mustNotOpen(session + [session[0]], "lengthened values")
        let moved = open(flash, flash: session, by: sessions)
        must(moved.outcome == .forged && moved.hasDeadFlash, "no cookie can be moved to the other name")

        let place = Int.random(in: session.indices, using: &random)
        var changed = session
        changed[place] = UInt8.random(in: 0...255, using: &random)
        if changed[place] != session[place] {
            let outcome = open(changed, flash: [], by: sessions).outcome
            must(outcome != .opened, "a value with one byte changed does not open, at \(place)")
        }
        checkTimes(session)
    }

    private func checkTimes(_ session: [UInt8]) {
        let late = Self.now + Self.lifetime / 2
        must(open(session, flash: [], by: sessions, now: late).outcome == .expiredIdle, "idle sessions end")
        must(
            open(session, flash: [], by: sessions, now: Self.now + Self.lifetime).outcome == .expiredLifetime,
            "old sessions end"
        )
        must(open(session, flash: [], by: sessions, now: late - 1).outcome == .opened, "others do not")
    }

    private func open(
        _ session: [UInt8],
        flash: [UInt8],
        by sessions: CookieSessions,
        now: Int64 = Vault.now
    ) -> OpenedSession {
        let bytes = session + flash
        return sessions.open(
            bytes.span,
            candidates: [0..<session.count],
            flashCandidates: [session.count..<bytes.count],
            now: now
        )
    }

    /// The sealed values of a session and of its messages, nil when they are too large for a cookie.
    private static func seal(
        _ sessions: CookieSessions,
        _ text: String,
        _ random: inout Sequence64
    ) -> (session: [UInt8], flash: [UInt8])? {
        var changes = SessionChanges()
        do {
            try changes.set(object("text", .string(text)).span)
            try changes.flashAdd(object("info", .string(text)).span)
        } catch {
            must(false, "what was written in JSON is read: \(error)")
        }
        do {
            let closed = try sessions.close(
                OpenedSession(),
                changes: changes,
                status: 200,
                isPage: true,
                secureConnection: true,
                now: now,
                random: &random
            )
            must(closed.outcome == .created && closed.setCookies.count == 2, "two cookies are made")
            for cookie in closed.setCookies { must(cookie.allSatisfy { (0x20..<0x7F).contains($0) }, "in ASCII") }
            return (value(of: closed.setCookies[0]), value(of: closed.setCookies[1]))
        } catch {
            guard case .tooLarge = error else { fatalError("sealing fails for size alone: \(error)") }
            return nil
        }
    }

    private static func value(of setCookie: [UInt8]) -> [UInt8] {
        let pair = setCookie.prefix { $0 != 0x3B }
        must(setCookie.prefix { $0 != 0x3B }.count <= CookieSessions.largestCookie + 1, "browsers keep the cookie")
        return Array(pair.drop { $0 != 0x3D }.dropFirst())
    }

    private static func object(_ name: String, _ value: Value) -> [UInt8] {
        var text: [UInt8] = []
        JSON.write(["\(name)": value], into: &text)
        return text
    }
}
