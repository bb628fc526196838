import Sessions
import Testing

/// A browser that keeps the cookies of one session, in front of the engine.
struct Browser {
    /// What one request gave.
    struct Visit {
        let opened: OpenedSession
        let closed: ClosedSession

        var session: String { text(opened.json) }
        var id: String { text(opened.idText) }
        var flash: String { text(opened.flashJSON) }
        var setCookies: [String] { closed.setCookies.map(text) }
        var outcome: CloseOutcome { closed.outcome }
    }

    var sessions: CookieSessions
    /// What the values are kept in, unless it is the cookie.
    private(set) var memory: MemoryStore?
    private var server: ServerSessions
    var now: Int64
    var https = false
    /// The cookies, as name and value.
    var jar: [(name: String, value: String)] = []
    var random: SeededRandom

    init(now: Int64 = 1_800_000_000, seed: UInt64 = 1, _ change: (inout SessionSettings) -> Void = { _ in }) {
        let settings = SessionSettings.testing(change)
        sessions = CookieSessions(settings)
        server = ServerSessions(settings)
        if settings.store == .memory { memory = MemoryStore(times: StoreTimes(settings)) }
        self.now = now
        random = SeededRandom(seed)
    }

    /// A browser of sessions that live there.
    init(_ store: StoreKind, _ change: (inout SessionSettings) -> Void = { _ in }) {
        self.init { settings in
            settings.store = store
            change(&settings)
        }
    }

    /// Makes a request, and keeps the cookies of the response.
    @discardableResult
    mutating func visit(_ answer: Answer = Answer(), page: Bool = true) throws -> Visit {
        let opened = open()
        let closed = try close(opened, answer, page: page)
        for cookie in closed.setCookies { keep(text(cookie)) }
        return Visit(opened: opened, closed: closed)
    }

    /// Keeps the cookies of a response.
    mutating func take(_ closed: ClosedSession) {
        for cookie in closed.setCookies { keep(text(cookie)) }
    }

    /// Makes a response, however long ago its request was opened.
    mutating func close(_ opened: OpenedSession, _ answer: Answer, page: Bool = true) throws -> ClosedSession {
        guard let memory else {
            return try sessions.close(
                opened,
                changes: answer.changes(),
                status: answer.status,
                isPage: page,
                secureConnection: https,
                now: now,
                random: &random
            )
        }
        let save = try server.plan(
            opened,
            changes: answer.changes(),
            status: answer.status,
            isPage: page,
            secureConnection: https,
            now: now,
            random: &random
        )
        let stored = save.request.map { memory.ask($0, now: now) }
        if let stored { server.finish(save, stored, now: now) }
        return try server.close(save, stored, of: opened, secureConnection: https, now: now)
    }

    /// Opens what the jar holds.
    func open() -> OpenedSession {
        var bytes = Array("Cookie: theme=dark".utf8)
        var candidates: [Range<Int>] = []
        var flashCandidates: [Range<Int>] = []
        var chunks: [CookieChunk] = []
        for (name, value) in jar {
            bytes.append(contentsOf: "; \(name)=".utf8)
            let start = bytes.count
            bytes.append(contentsOf: value.utf8)
            if name == sessions.settings.name { candidates.append(start..<bytes.count) }
            if let number = CookieChunk.number(Array(name.utf8).span, of: Array(sessions.settings.name.utf8)) {
                chunks.append(CookieChunk(number: number, value: start..<bytes.count))
            }
            if name == sessions.flashName { flashCandidates.append(start..<bytes.count) }
        }
        bytes.append(contentsOf: "; last=1\r\n".utf8)
        if let memory { return open(bytes, candidates, flashCandidates, in: memory) }
        return sessions.open(
            bytes.span,
            candidates: candidates,
            flashCandidates: flashCandidates,
            chunks: chunks,
            now: now
        )
    }

    private func open(
        _ bytes: [UInt8],
        _ candidates: [Range<Int>],
        _ flashCandidates: [Range<Int>],
        in memory: MemoryStore
    ) -> OpenedSession {
        var opened = server.begin(bytes.span, flashCandidates: flashCandidates, now: now)
        for candidate in candidates {
            guard let token = server.token(bytes.span, candidate, for: &opened) else { continue }
            do {
                try server.took(memory.ask(.open(token.key), now: now), of: token, into: &opened, now: now)
            } catch {
                Issue.record("memory does not fail: \(error)")
            }
        }
        return opened
    }

    /// The value of the session's cookie.
    var cookie: String? {
        get { jar.first { $0.name == sessions.settings.name }?.value }
        set {
            jar.removeAll { $0.name == sessions.settings.name }
            if let newValue { jar.append((sessions.settings.name, newValue)) }
        }
    }

    /// The value of the flash cookie.
    var flashCookie: String? {
        get { jar.first { $0.name == sessions.flashName }?.value }
        set {
            jar.removeAll { $0.name == sessions.flashName }
            if let newValue { jar.append((sessions.flashName, newValue)) }
        }
    }

    /// Goes on with other settings, as after a reload of the gateway.
    ///
    /// What a memory store holds stays.
    mutating func reconfigure(_ change: (inout SessionSettings) -> Void) {
        sessions = CookieSessions(.testing(change))
        server = ServerSessions(.testing(change))
    }

    private mutating func keep(_ setCookie: String) {
        let pair = setCookie.prefix { $0 != ";" }
        let name = String(pair.prefix { $0 != "=" })
        jar.removeAll { $0.name == name }
        if !setCookie.contains("Max-Age=0") { jar.append((name, String(pair.dropFirst(name.count + 1)))) }
    }
}

extension StoreKind {
    /// Those that need nothing but this process.
    static let here: [StoreKind] = [.cookie, .memory]
}

extension SessionSettings {
    static let firstSecret = Array("the first secret, long enough to be one".utf8)
    static let secondSecret = Array("the second secret, long enough to be one".utf8)

    static func testing(_ change: (inout SessionSettings) -> Void = { _ in }) -> SessionSettings {
        var settings = SessionSettings()
        settings.secrets = [firstSecret]
        change(&settings)
        return settings
    }
}

func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

/// One value of a session as plain text, as it is sent in a header field of its own.
func exposed(_ key: String, in opened: OpenedSession) -> ExposedText {
    ExposedKey(key).find(in: opened.json.span)
}
