import Testing

@testable import Sessions

/// A gateway whose sessions move to memory when they do not fit into their cookies, request by request.
final class SpillStage {
    /// The cookies of a browser.
    struct Jar {
        var cookies: [(name: String, value: String)] = []

        subscript(_ name: String) -> String? { cookies.first { $0.name == name }?.value }

        /// The value of the session's cookie.
        var session: String { self["_gateway_session"] ?? "" }
        var isToken: Bool { session.utf8.count == SessionToken.textLength }

        mutating func take(_ closed: ClosedSession) {
            for setCookie in closed.setCookies.map(text) {
                let pair = setCookie.prefix { $0 != ";" }
                let name = String(pair.prefix { $0 != "=" })
                cookies.removeAll { $0.name == name }
                if !setCookie.contains("Max-Age=0") { cookies.append((name, String(pair.dropFirst(name.count + 1)))) }
            }
        }
    }

    /// A save that the store has been asked for.
    struct Asked {
        let opened: OpenedSession
        let save: ServerSave
    }

    static let start: Int64 = 1_800_000_000
    let sessions: SpillSessions
    let memory = SessionMemory()
    let store: MemoryStore
    var now = SpillStage.start
    var random: SeededRandom

    init(seed: UInt64 = 7, _ change: (inout SessionSettings) -> Void = { _ in }) {
        let settings = SessionSettings.testing { settings in
            settings.spill = .memory
            settings.renewOn = ["user"]
            change(&settings)
        }
        sessions = SpillSessions(CookieSessions(settings, memory: memory))
        store = MemoryStore(times: StoreTimes(settings))
        random = SeededRandom(seed)
    }

    /// A value under this name that no cookie holds.
    static func large(_ name: String = "large", _ letter: Character = "x") -> (String, String) {
        ("Set", #"{"\#(name)":"\#(String(repeating: letter, count: 5000))"}"#)
    }

    // MARK: Requests

    func open(_ jar: Jar) throws -> OpenedSession {
        var (opened, tokens) = find(jar)
        for token in tokens {
            try sessions.took(store.ask(.open(token.key), now: now), of: token, into: &opened, now: now)
        }
        return opened
    }

    /// What is known without the store, and what it is to be asked for.
    func find(_ jar: Jar) -> (opened: OpenedSession, tokens: [SessionToken]) {
        var bytes: [UInt8] = []
        var candidates: [Range<Int>] = []
        var flashCandidates: [Range<Int>] = []
        var chunks: [CookieChunk] = []
        for (name, value) in jar.cookies {
            let start = bytes.count
            bytes.append(contentsOf: value.utf8)
            let place = start..<bytes.count
            if name == "_gateway_session" { candidates.append(place) }
            if name == "_gateway_session_flash" { flashCandidates.append(place) }
            if let number = CookieChunk.number(Array(name.utf8).span, of: Array("_gateway_session".utf8)) {
                chunks.append(CookieChunk(number: number, value: place))
            }
        }
        return sessions.open(
            bytes.span,
            candidates: candidates,
            flashCandidates: flashCandidates,
            chunks: chunks,
            now: now
        )
    }

    // MARK: Answers

    func plan(_ opened: OpenedSession, _ answer: Answer, isPage: Bool = false) throws -> SpillPlan {
        try sessions.plan(
            opened,
            changes: answer.changes(),
            status: answer.status,
            isPage: isPage,
            secureConnection: false,
            now: now,
            random: &random
        )
    }

    /// Plans an answer for which the store has to be asked, and does not ask it yet.
    func begin(_ opened: OpenedSession, _ answer: Answer) throws -> Asked {
        guard case .asks(let opened, let save) = try plan(opened, answer) else {
            throw SaveError.unavailable(why: "the test expects a question")
        }
        return Asked(opened: opened, save: save)
    }

    /// Asks the store, or says what it says in its place.
    func end(_ asked: Asked, _ said: StoreAnswer? = nil) throws -> ClosedSession {
        var answer: StoreAnswer?
        if let request = asked.save.request {
            answer = sessions.finish(asked.save, said ?? store.ask(request, now: now), now: now)
        }
        return try sessions.close(asked.save, answer, of: asked.opened, secureConnection: false, now: now)
    }

    func close(_ opened: OpenedSession, _ answer: Answer = Answer(), isPage: Bool = false) throws -> ClosedSession {
        switch try plan(opened, answer, isPage: isPage) {
        case .closed(let closed): return closed
        case .asks(let opened, let save): return try end(Asked(opened: opened, save: save))
        case .waits: throw SaveError.unavailable(why: "another answer is waited for")
        }
    }

    /// A request and its answer.
    @discardableResult
    func visit(_ jar: inout Jar, _ answer: Answer = Answer(), isPage: Bool = false) throws -> ClosedSession {
        let closed = try close(open(jar), answer, isPage: isPage)
        jar.take(closed)
        return closed
    }

    /// The values a request with these cookies shows; without what is large.
    func shown(_ jar: Jar) throws -> String {
        text(try open(jar).json).replacing(String(repeating: "x", count: 5000), with: "…")
    }

    func waits(_ opened: OpenedSession, _ answer: Answer) throws -> Bool {
        if case .waits = try plan(opened, answer) { true } else { false }
    }
}
