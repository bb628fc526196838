extension CookieSessions {
    /// Brings what was opened from a request's cookie up to what this process knows of the session.
    ///
    /// An older version becomes the newest one, and a session that is gone becomes none. A renewed session is not shown to
    /// its old id: whoever has a cookie from before the sign-in must not be signed in by it. For most requests this looks at
    /// three numbers in memory. `now` is in seconds since 1970.
    public func catchUp(_ opened: inout OpenedSession, now: Int64) {
        guard let identity = opened.identity, memory?.mayConcern(identity.id) == true else { return }
        catchUpInFull(&opened, identity, now: now)
    }

    private func catchUpInFull(_ opened: inout OpenedSession, _ identity: OpenedSession.Identity, now: Int64) {
        guard let memory else { return }
        if let entry = memory.journal.find(identity.id, now: now) {
            catchUp(&opened, identity, entry, memory, now: now)
        }
        if let identity = opened.identity, let denial = denial(identity, opened.json, now: now) {
            opened.forget(identity.id)
            // At first the answer that says so to the browser may be on its way, as below.
            opened.hasDeadCookie = denial.since + JournalEntry.grace <= now
        }
    }

    private func catchUp(
        _ opened: inout OpenedSession,
        _ identity: OpenedSession.Identity,
        _ entry: JournalEntry,
        _ memory: SessionMemory,
        now: Int64
    ) {
        // Of the states that are kept for the long window.
        let isLongAgo = entry.validUntil - SessionJournal.longWindow + JournalEntry.grace <= now
        switch entry.state {
        case .newest(let value):
            guard opened.mark != CookieMark(value), entry.superseded.contains(opened.mark),
                let newest = open(text: value, now: now)
            else { return }
            opened.take(newest)
            opened.isSuperseded = true
        case .renewed(_, opens: true):
            switch memory.journal.follow(identity.id, now: now).entry?.state {
            case .gone, .emptied: opened.forget(identity.id)
            default: opened.isFork = isLongAgo
            }
        case .renewed(_, opens: false), .gone(isReplaced: true):
            opened.forget(identity.id)
        case .emptied, .gone(isReplaced: false):
            opened.forget(identity.id)
            // At first the answer that expires it is on its way. To expire it again might hit the cookie that follows.
            opened.hasDeadCookie = isLongAgo
        case .spilled(let token):
            opened.forget(identity.id)
            if settings.spill != nil {
                opened.token = token
                opened.isSuperseded = true
            }
        case .unknown: break
        }
    }

    /// Whether a session is known to be gone.
    func isGone(_ record: SessionRecord, now: Int64) -> Bool {
        if denial(record.identity, record.json, now: now) != nil { return true }
        guard let journal = memory?.journal, let entry = journal.find(record.id, now: now) else { return false }
        if case .renewed(_, opens: false) = entry.state { return true }
        switch journal.follow(record.id, now: now).entry?.state {
        case .gone, .emptied: return true
        case .newest, .renewed, .spilled, .unknown, nil: return false
        }
    }

    /// Whether the browser has been given another session for the one that is gone: its cookie must not be expired.
    func isReplaced(_ opened: OpenedSession, now: Int64) -> Bool {
        guard let gone = opened.goneID, let journal = memory?.journal else { return false }
        switch journal.follow(gone, now: now).entry?.state {
        case .gone(isReplaced: true), .newest, .renewed: return true
        // Where that has ended too, the browser may have another since.
        case .spilled(let token): return isReplaced(token, now: now)
        case .gone(isReplaced: false), .emptied, .unknown, nil: return false
        }
    }

    /// Whether the browser has been given a sealed session for the one that a token led to.
    func isReplaced(_ token: SessionToken, now: Int64) -> Bool {
        if case .gone(isReplaced: true)? = memory?.journal.find(token.key.id, now: now)?.state { true } else { false }
    }
}

extension OpenedSession {
    /// Takes another version's values and identity; what was found of cookies stays.
    fileprivate mutating func take(_ other: OpenedSession) {
        json = other.json
        once = other.once
        identity = other.identity
        keyIndex = other.keyIndex
        mark = other.mark
        guard other.gorilla != nil else { return }
        // Gorilla's cookie has the messages with the values.
        gorilla = other.gorilla
        flashJSON = other.flashJSON
        flashBirth = other.flashBirth
    }

    /// Becomes no session, as the one there was is gone.
    mutating func forget(_ id: SessionID) {
        outcome = .revoked
        json = OpenedSession.noValues
        once = []
        identity = nil
        idText = []
        gorilla = nil
        goneID = id
    }
}
