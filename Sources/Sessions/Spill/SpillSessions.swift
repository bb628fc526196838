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
public struct SpillSessions: Sendable {
    let cookies: CookieSessions
    let server: ServerSessions

    /// Takes a session's settings and keys; its `spill` is not nil, and its memory is that of all who share the store.
    public init(_ cookies: CookieSessions) {
        self.cookies = cookies
        server = ServerSessions(cookies)
    }

    // MARK: Opening

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

    // MARK: Closing

    /// Saves in the cookie what an answer's changes ask for, or decides what they ask of the store; then nothing is applied
    /// yet.
    ///
    /// As `CookieSessions.close`, with what the store is needed for left to `finish` and `close`.
    ///
    /// - Throws: `SaveError` when the values or the flash cookie would be too large; nothing is applied then.
    public func plan(
        _ opened: OpenedSession,
        changes: SessionChanges,
        status: Int,
        isPage: Bool,
        secureConnection: Bool,
        now: Int64,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SpillPlan {
        let writer = CookieWriter(sessions: cookies, secureConnection: secureConnection, now: now, spills: true)
        if opened.stored != nil {
            return try planStored(opened, changes, status, isPage: isPage, by: writer, random: &random)
        }
        if changes.isEmpty, opened.isSettled, !cookies.isDue(opened, now: now) { return .closed(ClosedSession()) }
        let fate = FlashFate(opened, changes.flash, keeps: changes.keepsFlash, status: status, isPage: isPage)
        // Before anything is saved: a flash cookie that is too large fails the save as a whole.
        let flashCookies = try cookies.flashCookies(fate, of: opened, by: writer, random: &random)
        var opened = opened
        var saved = SavedSession.unchanged
        if status < 500 {
            saved = try cookies.save(
                &opened,
                changes,
                fate,
                status: status,
                isPage: isPage,
                by: writer,
                random: &random
            )
        }
        switch saved.cookie {
        case .kept, .written, .expired: return .closed(cookies.closed(opened, saved, flashCookies, by: writer))
        case .waits: return .waits
        case .stored(let token, let isRenewed):
            return try planStored(
                opened.moved(to: token, isRenewed: isRenewed),
                changes,
                status,
                isPage: isPage,
                mayRenew: !isRenewed,
                formerly: opened.identity?.id,
                by: writer,
                random: &random
            )
        case .spills(let draft):
            var save = try move(draft, opened, saved, changes, now: now, random: &random)
            save.flashCookies = flashCookies
            return .asks(opened, save)
        }
    }

    /// Asks the store to take a session.
    private func move(
        _ draft: SpillDraft,
        _ opened: OpenedSession,
        _ saved: SavedSession,
        _ changes: SessionChanges,
        now: Int64,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> ServerSave {
        var operations = StoreOperations(adopting: draft.record.values)
        operations.issued = draft.record.issued
        if draft.record.json.count > StoredValues.largest {
            end(draft, at: nil, now: now)
            throw .tooLargeForStore(size: draft.record.json.count, limit: StoredValues.largest)
        }
        let token = SessionToken(random: &random)
        var save = ServerSave(
            request: .adopt(token.key, operations, birth: draft.record.birth),
            token: draft.isHidden ? nil : token,
            outcome: .spilled,
            birth: draft.record.birth
        )
        save.isTouch = saved.outcome == .touched
        save.spill = SpillEnd(.arrives(draft, token), of: opened, saved, changes)
        return save
    }

    /// What is asked of a session that is in the store already.
    ///
    /// `mayRenew` says whether it may get another id; `formerly` is the one it had in the cookie, where the request came with
    /// that.
    private func planStored(
        _ opened: OpenedSession,
        _ changes: SessionChanges,
        _ status: Int,
        isPage: Bool,
        mayRenew: Bool = true,
        formerly: SessionID? = nil,
        by writer: CookieWriter,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SpillPlan {
        if status < 500, let stored = opened.stored,
            let saved = try sealed(changes, by: writer, random: &random)
        {
            let fate = FlashFate(opened, changes.flash, keeps: changes.keepsFlash, status: status, isPage: isPage)
            var save = ServerSave(request: .delete(stored.key), outcome: .created)
            save.flashCookies = try cookies.flashCookies(fate, of: opened, by: writer, random: &random)
            save.spill = SpillEnd(.returns(saved, formerly: formerly), of: opened, saved, changes)
            return .asks(opened, save)
        }
        let save = try server.plan(
            opened,
            changes: changes,
            status: status,
            isPage: isPage,
            mayRenew: mayRenew,
            secureConnection: writer.secureConnection,
            now: writer.now,
            random: &random
        )
        return .asks(opened, save)
    }

    /// The session that follows a cleared one, if there is one and it fits into a cookie.
    private func sealed(
        _ changes: SessionChanges,
        by writer: CookieWriter,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession? {
        guard changes.endsSession, !changes.setsNothing, changes.revocation == nil || changes.revocation == .this else {
            return nil
        }
        let none = OpenedSession()
        let saved = try writer.save(SessionChange(none, changes), of: none, random: &random)
        if case .written = saved.cookie { return saved }
        return nil
    }

    /// Takes the store's answer to a plan's request, whether or not anybody waits for the response any more; to be called
    /// once, before `close`, which takes what this returns.
    public func finish(_ save: ServerSave, _ answer: StoreAnswer, now: Int64) -> StoreAnswer {
        note(answer, to: save, now: now)
        guard let spill = save.spill else { return answer }
        guard case .done = answer else {
            if case .arrives(let draft, _) = spill.change { end(draft, at: nil, now: now) }
            return answer
        }
        if case .arrives(let draft, let token) = spill.change {
            if isRevoked(spill, now: now) {
                end(draft, at: nil, now: now)
                return .gone
            }
            if !end(draft, at: token, now: now) { return .gone }
            if let gone = spill.opened.goneID, spill.saved.outcome == .created {
                cookies.memory?.journal.replace(gone, by: draft.record.id, token, now: now)
            }
        }
        cookies.carryOut(spill.changes, of: spill.opened, spill.saved, now: now)
        return answer
    }

    /// Writes that a token leads nowhere any more: until its requests are over, it must not be handed out by their answers,
    /// nor take away the cookie that follows it.
    private func note(_ answer: StoreAnswer, to save: ServerSave, now: Int64) {
        guard let request = save.request, let journal = cookies.memory?.journal else { return }
        switch (request, answer) {
        case (.renew(let key, let new, _), .done): journal.renew(key.id, as: new.id, now: now)
        case (.replace(let key, _, _), .done): journal.buryAll(from: key.id, isReplaced: true, now: now)
        case (.delete(let key), .done):
            guard case .returns(_, let former)? = save.spill?.change else {
                return journal.buryAll(from: key.id, isReplaced: false, now: now)
            }
            journal.buryAll(from: key.id, isReplaced: true, now: now)
            if let former { journal.buryAll(from: former, isReplaced: true, now: now) }
        case (_, .emptied): journal.buryAll(from: request.key.id, isReplaced: false, now: now)
        default: break
        }
    }

    /// Whether the session was revoked while the store was at work.
    private func isRevoked(_ spill: SpillEnd, now: Int64) -> Bool {
        guard let identity = spill.opened.identity, spill.saved.endedID == nil else { return false }
        return cookies.denial(identity, spill.opened.json, now: now) != nil
    }

    /// Lets the journal know where the session is; false when it is not where it was to go.
    @discardableResult
    private func end(_ draft: SpillDraft, at token: SessionToken?, now: Int64) -> Bool {
        guard let move = draft.move, let journal = cookies.memory?.journal else { return token != nil }
        return journal.endMove(move, to: token, now: now)
    }

    /// Says what the response must carry, once the store has answered; nil when it was not asked.
    ///
    /// - Throws: `SaveError` when the store failed; then the session stands as it was, as far as anyone can know.
    public func close(
        _ save: ServerSave,
        _ answer: StoreAnswer?,
        of opened: OpenedSession,
        secureConnection: Bool,
        now: Int64
    ) throws(SaveError) -> ClosedSession {
        var (save, opened) = (save, opened)
        switch (save.outcome, answer) {
        // A move that nobody asked for may fail: then there is no such session.
        case (_, .failed): save.token = nil
        // A token that leads nowhere any more must not take the place of the one that the browser has by now.
        case (.unchanged, _), (.changed, _), (.touched, _):
            if let stored = opened.stored, isOver(stored.key.id, now: now) {
                save.token = nil
                opened.token = nil
            }
        default: break
        }
        var closed = try server.close(save, answer, of: opened, secureConnection: secureConnection, now: now)
        if closed.outcome == .created, case .returns(let saved, _)? = save.spill?.change {
            let writer = CookieWriter(sessions: cookies, secureConnection: secureConnection, now: now)
            var sealed: [[UInt8]] = []
            writer.write(saved, of: opened, into: &sealed)
            closed.setCookies = sealed + closed.setCookies
        }
        return closed
    }

    /// Whether it is known of the id of a stored session that its token leads nowhere any more.
    private func isOver(_ id: SessionID, now: Int64) -> Bool {
        switch cookies.memory?.journal.find(id, now: now)?.state {
        case .renewed, .gone: true
        case .newest, .emptied, .spilled, .unknown, nil: false
        }
    }
}
