/// Seals what is to be kept and writes it as `Set-Cookie` values, for one response.
struct CookieWriter {
    let sessions: CookieSessions
    let secureConnection: Bool
    let now: Int64
    /// Whether a session that does not fit into its cookie is drafted for a server store, not refused.
    var spills = false

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
                record.issued = identity.issued
                outcome = .changed
            } else {
                return sessions.isDue(opened, now: now) ? try touch(opened, random: &random) : .unchanged
            }
        } else {
            outcome = .created
        }
        record.issued = sessions.issued(record.identity, by: change, of: opened, now: now)
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
            lastSeen: max(now, identity.lastSeen),
            issued: identity.issued
        )
        return try sealed(record, .touched, random: &random)
    }

    /// Writes the session's cookie, if the browser is to be given one.
    func write(_ saved: SavedSession, of opened: OpenedSession, into setCookies: inout [[UInt8]]) {
        switch saved.cookie {
        // Where the values are elsewhere, `SpillSessions` writes the cookie.
        case .kept, .spills, .stored, .waits: break
        case .expired: expire(opened, into: &setCookies)
        case .written(let value):
            // The browser need not keep what would not open.
            let remaining = sessions.settings.lifetime - (now - (saved.identity?.birth ?? now))
            let maxAge = sessions.settings.maxAge.map { min($0, remaining) }
            let name = sessions.nameBytes
            if name.count + value.count <= CookieSessions.largestCookie {
                setCookies.append(setCookie(name, value, maxAge: maxAge))
            } else {
                for (number, part) in ChunkedText.split(value, name: name).enumerated() {
                    setCookies.append(setCookie(CookieChunk.name(number, of: name), part, maxAge: maxAge))
                }
            }
            if opened.chunkNumbers != 0 { expireChunks(of: opened, from: setCookies.count, into: &setCookies) }
        }
    }

    /// Makes the browser forget every cookie of a session.
    func expire(_ opened: OpenedSession, into setCookies: inout [[UInt8]]) {
        setCookies.append(expired(sessions.nameBytes))
        if opened.chunkNumbers != 0 { expireChunks(of: opened, from: 1, into: &setCookies) }
    }

    /// Makes the browser forget the cookies that are left over of a session that takes so many now.
    func expireChunks(of opened: OpenedSession, from first: Int, into setCookies: inout [[UInt8]]) {
        for number in first..<CookieChunk.endOfNumbers where opened.chunkNumbers & 1 << UInt32(number) != 0 {
            setCookies.append(expired(CookieChunk.name(number, of: sessions.nameBytes)))
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
            let size = sessions.flashNameBytes.count + Sealer.sealedLength(ofPlaintext: record.plaintextLength)
            guard size <= CookieSessions.largestCookie else {
                throw .tooLarge(cookie: sessions.flashName, size: size, limit: CookieSessions.largestCookie)
            }
            let value = try sessions.sealer.seal(record.plaintext, as: .flash, random: &random)
            setCookies.append(setCookie(sessions.flashNameBytes, value, maxAge: nil))
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
            expire(opened, into: &cookies)
        }
        // Gorilla's cookie has the messages with the values.
        if opened.gorilla == nil, !opened.flashJSON.isEmpty || opened.hasDeadFlash {
            cookies.append(expired(sessions.flashNameBytes))
        }
        return cookies
    }

    private func sealed(
        _ record: SessionRecord,
        _ outcome: CloseOutcome,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession {
        do throws(SaveError) {
            try checkSize(record)
        } catch {
            guard spills else { throw error }
            return SavedSession(
                outcome: outcome,
                cookie: .spills(SpillDraft(record: record)),
                identity: record.identity
            )
        }
        let value = try sessions.sealer.seal(record.plaintext, as: .session, random: &random)
        return SavedSession(outcome: outcome, cookie: .written(value), identity: record.identity)
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

    /// Refuses a session that browsers would drop without a word, or that takes more cookies than it may.
    private func checkSize(_ record: SessionRecord) throws(SaveError) {
        let name = sessions.nameBytes
        let length = Sealer.sealedLength(ofPlaintext: record.plaintextLength)
        if name.count + length <= CookieSessions.largestCookie { return }
        let needed = ChunkedText.count(forLength: length, name: name)
        let allowed = sessions.settings.maxChunks
        guard needed <= allowed else {
            throw .tooLarge(
                cookie: sessions.settings.name,
                size: name.count + length,
                limit: name.count + ChunkedText.capacity(allowed, name: name),
                chunks: needed
            )
        }
    }
}
