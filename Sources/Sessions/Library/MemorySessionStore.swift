/// Keeps sessions in this process's memory, for a server of one's own; the browser's cookie holds a random token.
///
/// Copies share what is kept. Flash messages travel in a sealed cookie of their own, as with `CookieStore`.
public struct MemorySessionStore: SessionStore {
    /// What the sessions are kept in; its figures say how full it is.
    public let memory: MemoryStore
    private let sessions: ServerSessions

    /// Makes an empty store of these settings, which must have no `problems`; `memorySize` is its size.
    public init(_ settings: SessionSettings) {
        sessions = ServerSessions(settings)
        memory = MemoryStore(size: settings.memorySize, times: StoreTimes(settings))
    }

    /// Finds the session of a request's cookies.
    public func load(from request: SessionRequest) throws(SaveError) -> Session {
        let cookies = FoundCookies(request, sessions.cookies)
        var opened = sessions.begin(cookies.bytes.span, flashCandidates: cookies.flashCandidates, now: request.now)
        for candidate in cookies.candidates.prefix(ServerSessions.mostTwins) {
            guard let token = sessions.token(cookies.bytes.span, candidate, for: &opened) else { continue }
            let answer = memory.ask(.open(token.key), now: request.now)
            try sessions.took(answer, of: token, into: &opened, now: request.now)
        }
        return Session(opened: opened, isPage: request.isPage)
    }

    /// Does what changed to the session that is kept, whatever others did to it meanwhile.
    public func save(
        _ session: Session,
        in response: SessionResponse,
        random: inout some RandomNumberGenerator & Sendable
    ) throws(SaveError) -> [String] {
        let fate = FlashFate(
            session.opened,
            session.added,
            keeps: session.keepsFlash,
            status: response.status,
            isPage: response.isPage
        )
        let save = try sessions.plan(
            session.opened,
            change: ServerChange(session.opened.stored, session.change(in: response), random: &random),
            flash: fate,
            status: response.status,
            secureConnection: response.secureConnection,
            now: response.now,
            random: &random
        )
        let closed = try sessions.close(
            save,
            save.request.map { memory.ask($0, now: response.now) },
            of: session.opened,
            secureConnection: response.secureConnection,
            now: response.now
        )
        return closed.setCookies.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Forgets the session, and expires its cookies.
    public func destroy(_ session: Session, in response: SessionResponse) -> [String] {
        if let stored = session.opened.stored { _ = memory.ask(.delete(stored.key), now: response.now) }
        let writer = CookieWriter(
            sessions: sessions.cookies,
            secureConnection: response.secureConnection,
            now: response.now
        )
        return writer.expireAll(of: session.opened).map { String(decoding: $0, as: UTF8.self) }
    }
}
