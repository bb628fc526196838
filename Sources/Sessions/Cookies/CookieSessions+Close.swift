extension CookieSessions {
    /// Applies what the service's answer asked for and says what the response must carry.
    ///
    /// `status` is the final response's; 500 and above drops every change and keeps flash messages and once-values.
    /// `isPage` says whether the request was a page request, which alone sees and uses up flash messages.
    /// `secureConnection` says whether the client came over https. `now` is in seconds since 1970.
    ///
    /// - Throws: `SaveError` when a cookie would be too large; nothing is applied then. Calling again with no changes and
    ///   the error's status gives what the error page must carry.
    public func close(
        _ opened: OpenedSession,
        changes: SessionChanges,
        status: Int,
        isPage: Bool,
        secureConnection: Bool,
        now: Int64,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> ClosedSession {
        // Most answers ask for nothing, and nothing is due.
        if changes.isEmpty, opened.isSettled, !isDue(opened, now: now) { return ClosedSession() }
        return try closeInFull(
            opened,
            changes: changes,
            status: status,
            isPage: isPage,
            secureConnection: secureConnection,
            now: now,
            random: &random
        )
    }

    private func closeInFull(
        _ opened: OpenedSession,
        changes: SessionChanges,
        status: Int,
        isPage: Bool,
        secureConnection: Bool,
        now: Int64,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> ClosedSession {
        let writer = CookieWriter(sessions: self, secureConnection: secureConnection, now: now)
        let fate = FlashFate(opened, changes.flash, keeps: changes.keepsFlash, status: status, isPage: isPage)
        // Before anything is saved: a flash cookie that is too large fails the save as a whole.
        let flashCookies = try flashCookies(fate, of: opened, by: writer, random: &random)
        if status >= 500 { return closed(opened, .unchanged, flashCookies, by: writer) }
        var opened = opened
        let saved = try save(
            &opened,
            changes,
            fate,
            status: status,
            isPage: isPage,
            by: writer,
            random: &random
        )
        return closed(opened, saved, flashCookies, by: writer)
    }

    /// Saves what an answer below 500 asks of the session; a session that was revoked meanwhile is none any more.
    func save(
        _ opened: inout OpenedSession,
        _ changes: SessionChanges,
        _ fate: FlashFate,
        status: Int,
        isPage: Bool,
        by writer: CookieWriter,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession {
        let now = writer.now
        try checkRevocation(changes)
        if let identity = opened.identity, denial(identity, opened.json, now: now) != nil {
            // It was revoked while the service was at work.
            guard changes.clears, !changes.setsNothing else {
                return SavedSession(outcome: changes.touchesSession ? .gone : .unchanged)
            }
            opened.forget(identity.id)
        }
        // Values are read out of their text only when they may change.
        let mayChange = changes.touchesSession || !opened.once.isEmpty
        let saved: SavedSession
        if let journal = memory?.journal, let identity = opened.identity, !opened.isFork,
            mayChange || opened.isSuperseded || isDue(opened, now: now) || writesWithValues(fate)
        {
            let request = JournaledSave(opened, identity, changes: changes, mayChange: mayChange, isPage: isPage)
            saved = try request.save(status: status, in: journal, by: writer, random: &random)
        } else {
            let change = mayChange ? SessionChange(opened, changes) : nil
            saved = try save(opened, change, fate, by: writer, random: &random)
            if let gone = opened.goneID, saved.outcome == .created, case .written(let value) = saved.cookie,
                let next = saved.identity?.id
            {
                memory?.journal.replace(gone, by: next, .newest(value), now: now)
            }
        }
        switch saved.cookie {
        case .kept, .written, .expired: carryOut(changes, of: opened, saved, now: now)
        // It is not saved yet.
        case .spills, .stored, .waits: break
        }
        return saved
    }

    /// Saves a change of the values, if there is one, and what becomes of the flash messages.
    func close(
        _ opened: OpenedSession,
        change: SessionChange?,
        flash fate: FlashFate,
        status: Int,
        secureConnection: Bool,
        now: Int64,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> ClosedSession {
        let writer = CookieWriter(sessions: self, secureConnection: secureConnection, now: now)
        let flashCookies = try flashCookies(fate, of: opened, by: writer, random: &random)
        let saved = status < 500 ? try save(opened, change, fate, by: writer, random: &random) : .unchanged
        return closed(opened, saved, flashCookies, by: writer)
    }

    /// Works out the session's cookie.
    func save(
        _ opened: OpenedSession,
        _ change: SessionChange?,
        _ fate: FlashFate,
        by writer: CookieWriter,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession {
        if let securecookie {
            let writer = GorillaWriter(sessions: self, securecookie: securecookie, now: writer.now)
            return try writer.save(opened, change: change, fate, random: &random)
        }
        if let change { return try writer.save(change, of: opened, random: &random) }
        return isDue(opened, now: writer.now) ? try writer.touch(opened, random: &random) : .unchanged
    }

    /// What becomes of the flash cookie; nothing with gorilla, whose cookie has the messages with the values.
    func flashCookies(
        _ fate: FlashFate,
        of opened: OpenedSession,
        by writer: CookieWriter,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> [[UInt8]] {
        var cookies: [[UInt8]] = []
        if securecookie == nil { try writer.save(fate, of: opened, into: &cookies, random: &random) }
        return cookies
    }

    /// What the response carries.
    func closed(
        _ opened: OpenedSession,
        _ saved: SavedSession,
        _ flashCookies: [[UInt8]],
        by writer: CookieWriter
    ) -> ClosedSession {
        var closed = ClosedSession()
        closed.outcome = saved.outcome
        writer.write(saved, of: opened, into: &closed.setCookies)
        if opened.hasDeadCookie, closed.setCookies.isEmpty, !isReplaced(opened, now: writer.now) {
            writer.expire(opened, into: &closed.setCookies)
            closed.outcome = .expired
        }
        if flashCookies.isEmpty { return closed }
        // Expired cookies last: curl's cookie file (7.88) brings one back that is expired before another is set.
        let expiresSession = closed.outcome == .cleared || closed.outcome == .expired
        closed.setCookies = expiresSession ? flashCookies + closed.setCookies : closed.setCookies + flashCookies
        return closed
    }

    /// Whether what becomes of the flash messages changes the cookie that has the values.
    private func writesWithValues(_ fate: FlashFate) -> Bool {
        if securecookie == nil { return false }
        if case .unchanged = fate { return false }
        return true
    }

    /// Until when `close` has nothing to do for an answer that asks for nothing, in seconds since 1970.
    ///
    /// A time that has passed: it has something to do; the greatest there is: never.
    public func settledUntil(_ opened: OpenedSession) -> Int64 {
        guard opened.isSettled, opened.keyIndex == 0 else { return .min }
        return opened.identity.map { $0.lastSeen + touchAfter } ?? .max
    }

    /// Whether last-seen is to be moved, or an older secret's seal to be replaced.
    func isDue(_ opened: OpenedSession, now: Int64) -> Bool {
        guard let identity = opened.identity else { return false }
        return opened.keyIndex != 0 || now - identity.lastSeen >= touchAfter
    }
}
