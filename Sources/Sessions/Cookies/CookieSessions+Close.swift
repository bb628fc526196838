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
        let fate = FlashFate(opened, changes.flash, keeps: changes.keepsFlash, status: status, isPage: isPage)
        // Values are read out of their text only when they may change.
        let mayChange = status < 500 && (changes.touchesSession || !opened.once.isEmpty)
        return try close(
            opened,
            change: mayChange ? SessionChange(opened, changes) : nil,
            flash: fate,
            status: status,
            secureConnection: secureConnection,
            now: now,
            random: &random
        )
    }

    /// Saves a change of the values, if there is one, and what becomes of the flash messages.
    func close(
        _ opened: OpenedSession,
        change: SessionChange?,
        flash: FlashFate,
        status: Int,
        secureConnection: Bool,
        now: Int64,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> ClosedSession {
        if let securecookie {
            let writer = GorillaWriter(
                sessions: self,
                securecookie: securecookie,
                secureConnection: secureConnection,
                now: now
            )
            return try writer.close(opened, change: status < 500 ? change : nil, flash, status: status, random: &random)
        }
        var closed = ClosedSession()
        let writer = CookieWriter(sessions: self, secureConnection: secureConnection, now: now)
        if status < 500 {
            if let change {
                closed.outcome = try writer.save(change, of: opened, into: &closed.setCookies, random: &random)
            } else if isDue(opened, now: now) {
                closed.outcome = try writer.touch(opened, into: &closed.setCookies, random: &random)
            }
        }
        if opened.hasDeadCookie, closed.setCookies.isEmpty {
            closed.setCookies.append(writer.expired(nameBytes))
            closed.outcome = .expired
        }
        var flashCookies: [[UInt8]] = []
        try writer.save(flash, of: opened, into: &flashCookies, random: &random)
        if flashCookies.isEmpty { return closed }
        // Expired cookies last: curl's cookie file (7.88) brings one back that is expired before another is set.
        let expiresSession = closed.outcome == .cleared || closed.outcome == .expired
        closed.setCookies = expiresSession ? flashCookies + closed.setCookies : closed.setCookies + flashCookies
        return closed
    }

    /// Whether last-seen is to be moved, or an older secret's seal to be replaced.
    func isDue(_ opened: OpenedSession, now: Int64) -> Bool {
        guard let identity = opened.identity else { return false }
        return opened.keyIndex != 0 || now - identity.lastSeen >= touchAfter
    }
}
