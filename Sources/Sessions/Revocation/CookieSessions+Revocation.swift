extension CookieSessions {
    /// The subject of a session, as it stands in denials: a string's or a number's JSON text without quotes; nil when the
    /// session has none.
    func subject(_ json: Span<UInt8>) -> String? {
        guard let subjectKey else { return nil }
        return JSONScanner.rawText(under: subjectKey.name.span, in: json).map(Denial.subject)
    }

    /// The denial of a session; for most requests this looks at two numbers in memory.
    func denial(_ identity: OpenedSession.Identity, _ json: [UInt8], now: Int64) -> Denial? {
        guard let list = memory?.denyList else { return nil }
        if let denial = list.find(identity.id, now: now) { return denial }
        guard !list.hasNoSubjects, let subject = subject(json.span) else { return nil }
        guard let denial = list.find(.subject(subject, cookie: settings.name), now: now) else { return nil }
        return (identity.issued ?? identity.birth) <= denial.since ? denial : nil
    }

    /// When a session that gets an id now is said to have got it: after every denial of its subject that there is.
    func issueTime(_ json: [UInt8], now: Int64) -> Int64 {
        guard let list = memory?.denyList, !list.hasNoSubjects, let subject = subject(json.span),
            let denial = list.find(.subject(subject, cookie: settings.name), now: now)
        else { return now }
        return max(now, denial.since + 1)
    }

    /// When a session that a change leaves got its id or its subject; nil: at its birth.
    ///
    /// Without a `subject` nobody asks.
    func issued(
        _ identity: OpenedSession.Identity,
        by change: SessionChange,
        of opened: OpenedSession,
        now: Int64
    ) -> Int64? {
        guard let subject = settings.subject, identity.id != opened.identity?.id || change.changes(subject) else {
            return identity.issued
        }
        // After the denial that begins with this answer, if there is one.
        let issued = issueTime(change.after.json, now: change.isRevoking ? now + 1 : now)
        return issued == identity.birth ? nil : issued
    }

    /// When every cookie that has been made by now is too old to open.
    func endOfDenial(_ now: Int64) -> Int64 {
        now + Denial.longestTime(settings)
    }

    /// Ends every session of a subject that has its id by now, as an operator asks for.
    ///
    /// - Returns: false when the session has no `subject`, or this process remembers nothing.
    public func revoke(subject: String, now: Int64) -> Bool {
        guard settings.subject != nil, let memory else { return false }
        let text = [UInt8](JSON.text(of: subject).dropFirst().dropLast())
        let target = Denial.Target.subject(Denial.subject(text), cookie: settings.name)
        memory.denyList.begin(Denial(target, since: now, until: endOfDenial(now)), of: settings.name, now: now)
        return true
    }

    /// Ends the session of an id, 32 hexadecimal digits, as an operator asks for.
    ///
    /// - Returns: false when that is no id, or this process remembers nothing.
    public func revoke(id text: String, now: Int64) -> Bool {
        guard let id = SessionID(text: text), let memory else { return false }
        memory.denyList.begin(Denial(.id(id), since: now, until: endOfDenial(now)), of: settings.name, now: now)
        return true
    }

    /// Ends what an answer asked to be ended, once it is saved.
    func carryOut(_ changes: SessionChanges, of opened: OpenedSession, _ saved: SavedSession, now: Int64) {
        guard let revocation = changes.revocation, let list = memory?.denyList else { return }
        switch revocation {
        case .this:
            for id in Set([opened.identity?.id, saved.endedID].compactMap { $0 }) {
                list.begin(Denial(.id(id), since: now, until: endOfDenial(now)), of: settings.name, now: now)
            }
        case .others, .all:
            guard let denial = denial(changes, of: opened, now: now) else { return }
            list.begin(denial, of: settings.name, now: now)
        }
    }

    /// The denial of a subject that an answer asks for with `others` or `all`.
    func denial(_ changes: SessionChanges, of opened: OpenedSession, now: Int64) -> Denial? {
        guard changes.revokesSubject, let subject = subject(opened.json.span) ?? subject(changes) else { return nil }
        return Denial(.subject(subject, cookie: settings.name), since: now, until: endOfDenial(now))
    }

    /// Refuses to revoke by a subject where there is none.
    func checkRevocation(_ changes: SessionChanges) throws(SaveError) {
        guard changes.revokesSubject, settings.subject == nil else { return }
        throw .malformed(field: "X-Session-Revoke", why: "the route file gives the session no `subject`")
    }

    /// The subject that an answer sets.
    private func subject(_ changes: SessionChanges) -> String? {
        guard let name = settings.subject else { return nil }
        var values = SessionValues()
        for member in changes.values where member.name.utf8.elementsEqual(name.utf8) {
            values[name] = member.value
        }
        return values.isEmpty ? nil : subject(values.json.span)
    }
}
