/// Keeps each session in its browser's cookie, sealed; nothing is kept here.
public struct CookieStore: SessionStore {
    private let sessions: CookieSessions

    /// Makes a store of these settings, which must have no `problems`.
    public init(_ settings: SessionSettings) {
        sessions = CookieSessions(settings)
    }

    /// Finds the session in a request's cookies.
    public func load(from request: SessionRequest) -> Session {
        var bytes: [UInt8] = []
        var candidates: [Range<Int>] = []
        var flashCandidates: [Range<Int>] = []
        var chunks: [CookieChunk] = []
        for (name, value) in request.cookies {
            let start = bytes.count
            if let number = CookieChunk.number(Array(name.utf8).span, of: sessions.nameBytes) {
                bytes.append(contentsOf: value.utf8)
                chunks.append(CookieChunk(number: number, value: start..<bytes.count))
                continue
            }
            let isSession = name.utf8.elementsEqual(sessions.nameBytes)
            guard isSession || name.utf8.elementsEqual(sessions.flashNameBytes) else { continue }
            bytes.append(contentsOf: value.utf8)
            if isSession { candidates.append(start..<bytes.count) } else { flashCandidates.append(start..<bytes.count) }
        }
        let opened = sessions.open(
            bytes.span,
            candidates: candidates,
            flashCandidates: flashCandidates,
            chunks: chunks,
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
            change: session.change,
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
        var cookies: [[UInt8]] = []
        if session.opened.identity != nil || session.opened.hasDeadCookie || session.opened.gorilla != nil {
            writer.expire(session.opened, into: &cookies)
        }
        // Gorilla's cookie has the messages with the values.
        if session.opened.gorilla == nil, !session.opened.flashJSON.isEmpty || session.opened.hasDeadFlash {
            cookies.append(writer.expired(sessions.flashNameBytes))
        }
        return cookies.map { String(decoding: $0, as: UTF8.self) }
    }
}
