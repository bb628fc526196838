/// One configured session that lives in its cookie as long as it fits, and else in a server store: `spill`.
///
/// A cookie holds the sealed values, or the token of a stored session; their lengths tell them apart. Like `ServerSessions`
/// it is pure: it makes requests for a store and takes its answers, whoever carries them.
///
/// ```
/// open ─▶ tokens ─▶ StoreRequest.open ─▶ took ─▶ … the service … ─▶ plan ─▶ StoreRequest ─▶ finish ─▶ close
///    └─ none: the cookie, or nothing ─────────▶ … the service … ─▶ plan: closed
/// ```
/// A session that moves keeps its birth and gets a new id. From then on the journal leads its old id to the token, for as
/// long as it remembers: requests with the sealed cookie are opened from the store, and what slower answers to
/// those ask for is stored there. What begins after it was cleared is tried in the cookie again.
///
/// Here is how a session opens; `+Plan` decides what an answer asks for, `+Close` takes what the store says to that.
public struct SpillSessions: Sendable {
    let cookies: CookieSessions
    let server: ServerSessions

    /// Takes a session's settings and keys; its `spill` is not nil, and its memory is that of all who share the store.
    public init(_ cookies: CookieSessions) {
        self.cookies = cookies
        server = ServerSessions(cookies)
    }

    /// Whether one of the cookies may hold a token; a sealed session is always longer.
    public static func mayHoldToken(_ candidates: [Range<Int>]) -> Bool {
        candidates.contains { $0.count == SessionToken.textLength }
    }

    /// Opens what is sealed, brought up to what this process knows, and says which tokens are to be looked up.
    ///
    /// As `CookieSessions.open`. The session is not known before all of them were.
    public func open(
        _ bytes: Span<UInt8>,
        candidates: [Range<Int>],
        flashCandidates: [Range<Int>],
        chunks: [CookieChunk] = [],
        now: Int64
    ) -> (opened: OpenedSession, tokens: [SessionToken]) {
        var sealed: [Range<Int>] = []
        var tokens: [SessionToken] = []
        for candidate in candidates {
            if let token = SessionToken(bytes, candidate) { tokens.append(token) } else { sealed.append(candidate) }
        }
        var opened = cookies.open(
            bytes,
            candidates: sealed,
            flashCandidates: flashCandidates,
            chunks: chunks,
            now: now
        )
        cookies.catchUp(&opened, now: now)
        opened.hadTwins = candidates.count > 1
        // Nobody knows yet.
        if !tokens.isEmpty { opened.hasDeadCookie = false }
        if let token = led(opened), !tokens.contains(token) { tokens.insert(token, at: 0) }
        return (opened, Array(tokens.prefix(ServerSessions.mostTwins)))
    }

    /// The token that a sealed cookie leads to, as its session has moved since; nil for nearly all.
    public func led(_ opened: OpenedSession) -> SessionToken? {
        opened.stored == nil ? opened.token : nil
    }

    /// Takes what the store says of a token: of several sessions, here and there, the one last seen, and then born, the latest
    /// counts.
    ///
    /// - Throws: `SaveError.unavailable` when the store failed.
    public func took(
        _ answer: StoreAnswer,
        of token: SessionToken,
        into opened: inout OpenedSession,
        now: Int64
    ) throws(SaveError) {
        let isLed = led(opened) == token
        var found = OpenedSession()
        // While answers may be on their way to the browser, expiring could hit the cookie that they set.
        found.hasDeadCookie = !isLed && !cookies.isReplaced(token, now: now)
        do {
            try server.took(answer, of: token, into: &found, now: now)
        } catch {
            opened.hasDeadCookie = false
            throw error
        }
        guard let stored = found.stored else {
            if isLed {
                opened.token = nil
                opened.isSuperseded = false
            } else if opened.identity == nil {
                opened.hasDeadCookie = found.hasDeadCookie
                let isBetter = opened.outcome == .none || found.outcome.rawValue < opened.outcome.rawValue
                if isBetter { opened.outcome = found.outcome }
            }
            return
        }
        if let best = opened.identity, (best.lastSeen, best.birth) > (stored.lastSeen, stored.birth) { return }
        opened.outcome = .opened
        opened.hasDeadCookie = false
        opened.json = found.json
        opened.idText = found.idText
        opened.identity = found.identity
        opened.once = found.once
        opened.keyIndex = 0
        opened.stored = stored
        opened.token = token
        opened.isSuperseded = isLed
        opened.goneID = nil
    }
}
