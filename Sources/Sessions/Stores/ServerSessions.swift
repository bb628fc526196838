/// One configured session whose values live in a server store: what is asked of the store, and what cookies say.
///
/// The cookie holds a token alone; flash messages stay in their own sealed cookie. It is pure: it makes requests for a
/// store and takes its answers, whoever carries them.
///
/// ```
/// begin ─▶ token ─▶ StoreRequest.open ─▶ took ─▶ … the service … ─▶ plan ─▶ StoreRequest? ─▶ finish ─▶ close
/// ```
public struct ServerSessions: Sendable {
    /// How many cookies of the session's name are looked up at most: twins come from another path or domain.
    public static let mostTwins = 4

    let cookies: CookieSessions

    /// Makes the keys of the flash cookies; the settings must have no `problems`.
    public init(_ settings: SessionSettings) {
        cookies = CookieSessions(settings)
    }

    /// Takes the settings, and the keys of the flash cookies, of a session's cookies.
    public init(_ cookies: CookieSessions) {
        self.cookies = cookies
    }

    /// What this was made from.
    public var settings: SessionSettings { cookies.settings }

    // MARK: Opening

    /// Opens the flash messages; the session is none yet.
    public func begin(_ bytes: Span<UInt8>, flashCandidates: [Range<Int>], now: Int64) -> OpenedSession {
        if flashCandidates.isEmpty { return OpenedSession() }
        return cookies.open(bytes, candidates: [], flashCandidates: flashCandidates, now: now)
    }

    /// The token in a cookie's value.
    ///
    /// Nil when it is none: the cookie is dead.
    public func token(_ bytes: Span<UInt8>, _ candidate: Range<Int>, for opened: inout OpenedSession) -> SessionToken? {
        opened.hadTwins = opened.hasDeadCookie || opened.stored != nil
        let token = SessionToken(bytes, candidate)
        if opened.stored == nil { opened.hasDeadCookie = true }
        if token == nil, opened.outcome == .none { opened.outcome = .malformed }
        return token
    }

    /// Takes what the store says of a token: of several sessions the one last seen, and then born, the latest counts.
    ///
    /// One that was revoked counts for none, though the store still has it. `now` is in seconds since 1970.
    ///
    /// - Throws: `SaveError.unavailable` when the store failed.
    public func took(
        _ answer: StoreAnswer,
        of token: SessionToken,
        into opened: inout OpenedSession,
        now: Int64
    ) throws(SaveError) {
        switch answer {
        case .opened(let session):
            let identity = OpenedSession.Identity(
                id: session.key.id,
                birth: session.birth,
                lastSeen: session.lastSeen,
                issued: session.issued
            )
            if let denial = cookies.denial(identity, session.values.json, now: now) {
                if opened.stored == nil { opened.outcome = .revoked }
                // At first another answer may be about to give the browser a session.
                if denial.since + JournalEntry.grace > now { opened.hasDeadCookie = false }
                return
            }
            if let best = opened.stored, (best.lastSeen, best.birth) >= (session.lastSeen, session.birth) { return }
            opened.outcome = .opened
            opened.hasDeadCookie = false
            opened.json = session.values.json
            opened.idText = session.idText
            opened.identity = identity
            opened.stored = session
            opened.token = token
            opened.once = session.values.onceNames
        case .moved:
            if opened.stored == nil { opened.outcome = .unknownID }
            // The answer that moved it may still be on its way to the browser: expiring the cookie would undo it.
            opened.hasDeadCookie = false
        case .absent, .gone, .done, .doneElsewhere, .emptied, .tooLarge:
            if opened.stored == nil { opened.outcome = .unknownID }
        case .failed(let why):
            // Nobody knows whether the cookie is good.
            opened.hasDeadCookie = false
            throw .unavailable(why: why)
        }
    }

    // MARK: Closing

    /// Decides what an answer's changes ask of the store; nothing is applied yet.
    ///
    /// `status` is the final response's; 500 and above drops every change. `isPage` says whether the request was a page
    /// request. `mayRenew` says whether the session may get a new id. `secureConnection` says whether the client came over
    /// https. `now` is in seconds since 1970.
    ///
    /// - Throws: `SaveError` when the values or the flash cookie would be too large, or there is no subject whose sessions
    ///   to end.
    public func plan(
        _ opened: OpenedSession,
        changes: SessionChanges,
        status: Int,
        isPage: Bool,
        mayRenew: Bool = true,
        secureConnection: Bool,
        now: Int64,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> ServerSave {
        if status < 500 { try cookies.checkRevocation(changes) }
        let fate = FlashFate(opened, changes.flash, keeps: changes.keepsFlash, status: status, isPage: isPage)
        let mayChange = status < 500 && (changes.touchesSession || !opened.once.isEmpty)
        let isRevoked = mayChange && isRevoked(opened, now: now)
        // Of a session that was revoked while the service was at work only one that has nothing of it may come.
        let isDropped = isRevoked && (!changes.clears || changes.setsNothing)
        var change = mayChange && !isDropped ? ServerChange(opened.stored, changes, random: &random) : nil
        change?.mayRenew = mayRenew
        var save = try plan(
            opened,
            change: change,
            flash: fate,
            status: status,
            secureConnection: secureConnection,
            now: now,
            random: &random
        )
        if isDropped {
            // Its time is not moved either.
            save.request = nil
            save.token = nil
            save.outcome = changes.touchesSession ? .gone : .unchanged
        } else if mayChange {
            // A revoked session ends nobody else's.
            save.denial = cookies.denial(changes, of: isRevoked ? OpenedSession() : opened, now: now)
        }
        return save
    }

    /// Whether a session was revoked since it was opened.
    private func isRevoked(_ opened: OpenedSession, now: Int64) -> Bool {
        guard let identity = opened.identity else { return false }
        return cookies.denial(identity, opened.json, now: now) != nil
    }

    func plan(
        _ opened: OpenedSession,
        change: ServerChange?,
        flash: FlashFate,
        status: Int,
        secureConnection: Bool,
        now: Int64,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> ServerSave {
        var save = ServerSave()
        if status < 500 {
            if let change {
                try change.refuseTooLarge(after: opened.stored)
                plan(change, opened, now: now, into: &save, random: &random)
            }
            if save.request == nil, let stored = opened.stored, cookies.isDue(opened, now: now) {
                save = ServerSave(request: .apply(stored.key, StoreOperations()), outcome: .touched)
                save.isTouch = true
            }
            // The session's sealed cookie led here: the browser is told of the token.
            if opened.isSuperseded, save.token == nil {
                save.token = opened.token
                save.birth = opened.birth
            }
        }
        // Before the store is asked: a flash cookie that is too large fails the save as a whole.
        if case .unchanged = flash { return save }
        let writer = CookieWriter(sessions: cookies, secureConnection: secureConnection, now: now)
        try writer.save(flash, of: opened, into: &save.flashCookies, random: &random)
        return save
    }

    private func plan(
        _ change: ServerChange,
        _ opened: OpenedSession,
        now: Int64,
        into save: inout ServerSave,
        random: inout some RandomNumberGenerator
    ) {
        guard let stored = opened.stored else {
            if change.operations.sets.isEmpty { return }
            let token = SessionToken(random: &random)
            let operations = issued(change, opened, now: now)
            save = ServerSave(request: .create(token.key, operations), token: token, outcome: .created)
            return
        }
        if change.isCleared {
            if change.operations.sets.isEmpty {
                save = ServerSave(request: .delete(stored.key), outcome: .cleared)
                return
            }
            let token = SessionToken(renewing: stored.key, random: &random)
            save = ServerSave(
                request: .replace(stored.key, with: token.key, issued(change, opened, now: now)),
                token: token,
                outcome: .created
            )
        } else if change.mayRenew, change.isRenewed || change.touches(settings.renewOn, of: stored) {
            let token = SessionToken(renewing: stored.key, random: &random)
            save = ServerSave(
                request: .renew(stored.key, to: token.key, issued(change, opened, now: now)),
                token: token,
                outcome: .renewed,
                birth: stored.birth
            )
        } else if !change.operations.isEmpty {
            // Also when it would change nothing of what was opened: another may have changed it since.
            let changesSubject = settings.subject.map { change.touches([$0], of: stored) } ?? false
            let operations = changesSubject ? issued(change, opened, now: now) : change.operations
            save = ServerSave(
                request: .apply(stored.key, operations),
                outcome: change.differs(from: stored)
                    ? .changed : cookies.isDue(opened, now: now) ? .touched : .unchanged
            )
        }
    }

    /// Takes the store's answer to a plan's request, whether or not anybody waits for the response any more: sessions of
    /// others that a done request ends are ended with it.
    ///
    /// To be called once, before `close`, where `ServerSave.endsOthers` is set.
    public func finish(_ save: ServerSave, _ answer: StoreAnswer, now: Int64) {
        switch answer {
        // The service is told, and asks again; not of a time that could not be moved.
        case .failed where !save.isTouch: break
        case .tooLarge: break
        case .done, .doneElsewhere, .emptied, .gone, .opened, .absent, .moved, .failed: begin(save.denial, now: now)
        }
    }

    private func begin(_ denial: Denial?, now: Int64) {
        guard let denial else { return }
        cookies.memory?.denyList.begin(denial, of: settings.name, now: now)
    }

    /// Says what the response must carry, once the store has answered a plan's request; nil when it had none.
    ///
    /// - Throws: `SaveError` when the store failed; then the session stands as it was, as far as anyone can know.
    public func close(
        _ save: ServerSave,
        _ answer: StoreAnswer?,
        of opened: OpenedSession,
        secureConnection: Bool,
        now: Int64
    ) throws(SaveError) -> ClosedSession {
        var closed = ClosedSession()
        closed.outcome = save.outcome
        var isElsewhere = false
        switch answer {
        case nil: begin(save.denial, now: now)
        case .done, .opened, .absent, .moved: break
        case .doneElsewhere: isElsewhere = true
        case .emptied: closed.outcome = .cleared
        case .gone: closed.outcome = .gone
        case .tooLarge(let size): throw .tooLargeForStore(size: size, limit: StoredValues.largest)
        // Nobody asked for anything: the next request moves the time.
        case .failed where save.isTouch: closed.outcome = .unchanged
        case .failed(let why): throw .unavailable(why: why)
        }
        let writer = CookieWriter(sessions: cookies, secureConnection: secureConnection, now: now)
        switch closed.outcome {
        case .created, .renewed, .spilled:
            if let token = save.token {
                writer.write(token, birth: save.birth ?? now, of: opened, into: &closed.setCookies)
            }
        case .unchanged, .changed, .touched:
            if let token = save.token {
                writer.write(token, birth: save.birth ?? now, of: opened, into: &closed.setCookies)
                if closed.outcome == .unchanged { closed.outcome = .touched }
                break
            }
            if closed.outcome == .unchanged { break }
            // The browser keeps a cookie with a Max-Age from when it was set: it must hear that the session goes on.
            // By its newest token alone: that of before a renewal would take its place, and sign the visitor out.
            if settings.maxAge != nil, !isElsewhere, let token = opened.token, let birth = opened.birth {
                writer.write(token, birth: birth, of: opened, into: &closed.setCookies)
            }
        case .cleared:
            writer.expire(opened, into: &closed.setCookies)
        case .expired, .gone: break
        }
        if opened.hasDeadCookie, closed.setCookies.isEmpty {
            writer.expire(opened, into: &closed.setCookies)
            closed.outcome = .expired
        }
        // Expired cookies last, as `CookieSessions.close` does it.
        let expiresSession = closed.outcome == .cleared || closed.outcome == .expired
        closed.setCookies =
            expiresSession ? save.flashCookies + closed.setCookies : closed.setCookies + save.flashCookies
        return closed
    }
}

extension CookieWriter {
    /// Writes the session's cookie for a server store; what is left of one that was spread over several goes.
    func write(_ token: SessionToken, birth: Int64, of opened: OpenedSession, into setCookies: inout [[UInt8]]) {
        setCookies.append(tokenCookie(token, birth: birth))
        if opened.chunkNumbers != 0 { expireChunks(of: opened, from: 1, into: &setCookies) }
    }

    private func tokenCookie(_ token: SessionToken, birth: Int64) -> [UInt8] {
        var text = sessions.nameBytes
        text.append(UInt8(ascii: "="))
        token.write(into: &text)
        let remaining = sessions.settings.lifetime - (now - birth)
        let maxAge = sessions.settings.maxAge.map { min($0, remaining) }
        sessions.setCookie.appendAttributes(maxAge: maxAge, secureConnection: secureConnection, to: &text)
        return text
    }
}
