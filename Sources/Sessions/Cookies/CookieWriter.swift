/// Seals what is to be kept and writes it as `Set-Cookie` values, for one response.
struct CookieWriter {
    let sessions: CookieSessions
    let secureConnection: Bool
    let now: Int64

    /// Writes the session's cookie, if the change asks for one.
    func save(
        _ change: SessionChange,
        of opened: OpenedSession,
        into setCookies: inout [[UInt8]],
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> CloseOutcome {
        let isOld = opened.identity != nil
        if change.after.isEmpty {
            guard isOld else { return .unchanged }
            setCookies.append(expired(sessions.nameBytes))
            return .cleared
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
            if change.isRenewed || change.touches(sessions.settings.renewOn) {
                outcome = .renewed
            } else if change.after != change.before {
                record.id = identity.id
                outcome = .changed
            } else {
                return sessions.isDue(opened, now: now)
                    ? try touch(opened, into: &setCookies, random: &random) : .unchanged
            }
        } else {
            outcome = .created
        }
        setCookies.append(try sealed(record, random: &random))
        return outcome
    }

    /// Writes the session's cookie with its values as they are and last-seen moved.
    func touch(
        _ opened: OpenedSession,
        into setCookies: inout [[UInt8]],
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> CloseOutcome {
        guard let identity = opened.identity else { return .unchanged }
        let record = SessionRecord(
            json: opened.json,
            once: opened.once,
            id: identity.id,
            birth: identity.birth,
            // A gateway whose clock is behind must not shorten what another has granted.
            lastSeen: max(now, identity.lastSeen)
        )
        setCookies.append(try sealed(record, random: &random))
        return .touched
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
            var text = try begin(sessions.flashNameBytes, plaintextLength: record.plaintextLength)
            try sessions.sealer.seal(record.plaintext, as: .flash, into: &text, random: &random)
            sessions.setCookie.appendAttributes(maxAge: nil, secureConnection: secureConnection, to: &text)
            setCookies.append(text)
        }
    }

    /// The value that makes the browser forget a cookie.
    func expired(_ name: [UInt8]) -> [UInt8] {
        sessions.setCookie.expiring(name, secureConnection: secureConnection)
    }

    /// The values that make the browser forget whatever cookies a session came with.
    func expireAll(of opened: OpenedSession) -> [[UInt8]] {
        var cookies: [[UInt8]] = []
        if opened.identity != nil || opened.hasDeadCookie || opened.gorilla != nil {
            cookies.append(expired(sessions.nameBytes))
        }
        // Gorilla's cookie has the messages with the values.
        if opened.gorilla == nil, !opened.flashJSON.isEmpty || opened.hasDeadFlash {
            cookies.append(expired(sessions.flashNameBytes))
        }
        return cookies
    }

    private func sealed(
        _ record: SessionRecord,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> [UInt8] {
        var text = try begin(sessions.nameBytes, plaintextLength: record.plaintextLength)
        try sessions.sealer.seal(record.plaintext, as: .session, into: &text, random: &random)
        // The browser need not keep what would not open.
        let remaining = sessions.settings.lifetime - (now - record.birth)
        let maxAge = sessions.settings.maxAge.map { min($0, remaining) }
        sessions.setCookie.appendAttributes(maxAge: maxAge, secureConnection: secureConnection, to: &text)
        return text
    }

    /// Begins a cookie with `name=`, once it is known to be small enough.
    private func begin(_ name: [UInt8], plaintextLength: Int) throws(SaveError) -> [UInt8] {
        let size = name.count + Sealer.sealedLength(ofPlaintext: plaintextLength)
        guard size <= CookieSessions.largestCookie else {
            throw .tooLarge(
                cookie: String(decoding: name, as: UTF8.self),
                size: size,
                limit: CookieSessions.largestCookie
            )
        }
        var text: [UInt8] = []
        text.reserveCapacity(size + 160)
        text.append(contentsOf: name)
        text.append(UInt8(ascii: "="))
        return text
    }
}
