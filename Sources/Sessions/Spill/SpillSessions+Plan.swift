extension SpillSessions {
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
}
