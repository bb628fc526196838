/// Keeps each session in its browser's cookie, sealed; nothing is kept here.
///
/// So it knows no more of a session than the cookie that a request came with. Of two requests of one browser that are
/// under way at the same time the later answer's cookie counts, with what it knew: what the other one set is lost, and a
/// session that the other one cleared, or renewed, is back. A copy of a cookie opens until it is too old, whatever
/// happened since. Where that is not enough, as with a sign-out that must hold, `MemorySessionStore` keeps sessions
/// itself.
public struct CookieStore: SessionStore {
    private let sessions: CookieSessions

    /// Makes a store of these settings, which must have no `problems`.
    public init(_ settings: SessionSettings) {
        sessions = CookieSessions(settings)
    }

    /// Finds the session in a request's cookies.
    public func load(from request: SessionRequest) -> Session {
        let cookies = FoundCookies(request, sessions)
        let opened = sessions.open(
            cookies.bytes.span,
            candidates: cookies.candidates,
            flashCandidates: cookies.flashCandidates,
            chunks: cookies.chunks,
            now: request.now
        )
        return Session(opened: opened, isPage: request.isPage)
    }

    /// Seals what changed into cookies.
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
        let closed = try sessions.close(
            session.opened,
            change: session.change(in: response),
            flash: fate,
            status: response.status,
            secureConnection: response.secureConnection,
            now: response.now,
            random: &random
        )
        return closed.setCookies.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Expires the cookies a session came with.
    public func destroy(_ session: Session, in response: SessionResponse) -> [String] {
        let writer = CookieWriter(
            sessions: sessions,
            secureConnection: response.secureConnection,
            now: response.now
        )
        return writer.expireAll(of: session.opened).map { String(decoding: $0, as: UTF8.self) }
    }
}
