import Sessions

/// What a session's cookie costs: nanoseconds to open one, and to change, seal and write one.
///
/// `swift run -c release --package-path Benchmarks Seal`
@main
struct Seal {
    static func main() throws {
        var settings = SessionSettings()
        settings.secrets = [[UInt8](repeating: 7, count: 32)]
        let sessions = CookieSessions(settings)
        var random = SystemRandomNumberGenerator()
        var changes = SessionChanges()
        try changes.set(Array(#"{"user_id":42,"name":"Ada Lovelace"}"#.utf8).span)
        let cookie = value(of: try close(sessions, OpenedSession(), changes, &random))

        let opening = fastest {
            open(sessions, cookie).json.count
        }
        let sealing = try fastestThrowing {
            try close(sessions, OpenedSession(), changes, &random).setCookies.count
        }
        let opened = open(sessions, cookie)
        let nothing = try fastestThrowing {
            try close(sessions, opened, SessionChanges(), &random).setCookies.count
        }
        print(
            "cookie of \(cookie.count) bytes: open \(opening) ns, set and seal \(sealing) ns, close unchanged \(nothing) ns"
        )
    }

    private static var now: Int64 { 1_900_000_000 }

    private static func open(_ sessions: CookieSessions, _ cookie: [UInt8]) -> OpenedSession {
        sessions.open(cookie.span, candidates: [0..<cookie.count], flashCandidates: [], now: now)
    }

    private static func close(
        _ sessions: CookieSessions,
        _ opened: OpenedSession,
        _ changes: SessionChanges,
        _ random: inout SystemRandomNumberGenerator
    ) throws(SaveError) -> ClosedSession {
        try sessions.close(
            opened,
            changes: changes,
            status: 200,
            isPage: false,
            secureConnection: true,
            now: now,
            random: &random
        )
    }

    private static func value(of closed: ClosedSession) -> [UInt8] {
        Array(closed.setCookies[0].prefix { $0 != 0x3B }.drop { $0 != 0x3D }.dropFirst())
    }

    /// Nanoseconds a call in the fastest of five loops; the sum keeps the calls from being left out.
    private static func fastest(_ body: () -> Int) -> Int {
        var best = Duration.seconds(1_000)
        var sum = 0
        for _ in 0..<5 {
            best = min(best, ContinuousClock().measure { for _ in 0..<20_000 { sum &+= body() } })
        }
        guard sum != 1 else { return 0 }
        return Int(best / .nanoseconds(20_000))
    }

    private static func fastestThrowing(_ body: () throws -> Int) throws -> Int {
        var failure: (any Error)?
        let figure = fastest {
            do {
                return try body()
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return figure
    }
}
