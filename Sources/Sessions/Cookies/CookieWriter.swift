/// Seals what is to be kept and writes it as `Set-Cookie` values, for one response.
struct CookieWriter {
    let sessions: CookieSessions
    let secureConnection: Bool
    let now: Int64

    /// Seals a changed session.
    func save(
        _ change: SessionChange,
        of opened: OpenedSession,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession {
        if change.after.isEmpty {
            return opened.identity == nil ? .unchanged : SavedSession(outcome: .cleared, cookie: .expired)
        }
        var record = SessionRecord(
            json: change.after.json,
            once: SessionRecord.onceText(change.after.onceNames),
            id: SessionID(random: &random),
            birth: now,
            lastSeen: now
        )
        let outcome: CloseOutcome
        if let identity = opened.identity, !change.isCleared {
            record.birth = identity.birth
            record.lastSeen = max(now, identity.lastSeen)
            if change.renews(on: sessions.settings.renewOn) {
                outcome = .renewed
            } else if change.after != change.before {
                record.id = identity.id
                outcome = .changed
            } else {
                return sessions.isDue(opened, now: now) ? try touch(opened, random: &random) : .unchanged
            }
        } else {
            outcome = .created
        }
        return try sealed(record, outcome, random: &random)
    }

    /// Seals a session with its values as they are and last-seen moved.
    func touch(
        _ opened: OpenedSession,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession {
        guard let identity = opened.identity else { return .unchanged }
        let record = SessionRecord(
            json: opened.json,
            once: opened.once,
            id: identity.id,
            birth: identity.birth,
            // A gateway whose clock is behind must not shorten what another has granted.
            lastSeen: max(now, identity.lastSeen)
        )
        return try sealed(record, .touched, random: &random)
    }

    /// Writes the session's cookie, if the browser is to be given one.
    func write(_ saved: SavedSession, into setCookies: inout [[UInt8]]) {
        switch saved.cookie {
        case .kept: break
        case .expired: setCookies.append(expired(sessions.nameBytes))
        case .written(let value):
            // The browser need not keep what would not open.
            let remaining = sessions.settings.lifetime - (now - (saved.identity?.birth ?? now))
            let maxAge = sessions.settings.maxAge.map { min($0, remaining) }
            setCookies.append(setCookie(sessions.nameBytes, value, maxAge: maxAge))
        }
    }

    /// Writes the flash cookie, if its fate asks for one.
    func save(
        _ fate: FlashFate,
        of opened: OpenedSession,
        into setCookies: inout [[UInt8]],
        random: inout some RandomNumberGenerator
    ) throws(SaveError) {
        switch fate {
        case .unchanged: break
        case .expired: setCookies.append(expired(sessions.flashNameBytes))
        case .stored(let json, let birth):
            let record = FlashRecord(json: json, birth: birth ?? now)
            try checkSize(sessions.flashNameBytes, plaintextLength: record.plaintextLength)
            let value = try sessions.sealer.seal(record.plaintext, as: .flash, random: &random)
            setCookies.append(setCookie(sessions.flashNameBytes, value, maxAge: nil))
        }
    }

    /// The value that makes the browser forget a cookie.
    func expired(_ name: [UInt8]) -> [UInt8] {
        sessions.setCookie.expiring(name, secureConnection: secureConnection)
    }

    private func sealed(
        _ record: SessionRecord,
        _ outcome: CloseOutcome,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession {
        try checkSize(sessions.nameBytes, plaintextLength: record.plaintextLength)
        let value = try sessions.sealer.seal(record.plaintext, as: .session, random: &random)
        let identity = OpenedSession.Identity(id: record.id, birth: record.birth, lastSeen: record.lastSeen)
        return SavedSession(outcome: outcome, cookie: .written(value), identity: identity)
    }

    private func setCookie(_ name: [UInt8], _ value: [UInt8], maxAge: Int64?) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(name.count + value.count + 160)
        text.append(contentsOf: name)
        text.append(UInt8(ascii: "="))
        text.append(contentsOf: value)
        sessions.setCookie.appendAttributes(maxAge: maxAge, secureConnection: secureConnection, to: &text)
        return text
    }

    /// Refuses a cookie that browsers would drop without a word.
    private func checkSize(_ name: [UInt8], plaintextLength: Int) throws(SaveError) {
        let size = name.count + Sealer.sealedLength(ofPlaintext: plaintextLength)
        guard size <= CookieSessions.largestCookie else {
            throw .tooLarge(
                cookie: String(decoding: name, as: UTF8.self),
                size: size,
                limit: CookieSessions.largestCookie
            )
        }
    }
}
