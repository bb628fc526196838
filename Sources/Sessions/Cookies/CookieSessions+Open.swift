extension CookieSessions {
    /// Opens the session and flash cookies found in one request.
    ///
    /// `bytes` holds the request, `candidates` the places of the values of cookies called `settings.name`, in order, and
    /// `flashCandidates` those of cookies called `flashName`. Of several that open, the one last seen, and then born, the
    /// latest is taken. `chunks` are the cookies that go on where others end. A cookie that does not open is no error: the
    /// visitor has no session. `now` is in seconds since 1970.
    public func open(
        _ bytes: Span<UInt8>,
        candidates: [Range<Int>],
        flashCandidates: [Range<Int>],
        chunks: [CookieChunk] = [],
        now: Int64
    ) -> OpenedSession {
        var opened =
            if let securecookie {
                open(bytes, candidates, now: now, with: securecookie)
            } else {
                open(bytes, candidates, flashCandidates, chunks, now: now)
            }
        for chunk in chunks {
            opened.chunkNumbers |= 1 << UInt32(chunk.number)
            if opened.identity != nil { continue }
            opened.hasDeadCookie = true
            if opened.outcome == .none { opened.outcome = .malformed }
        }
        return opened
    }

    private func open(
        _ bytes: Span<UInt8>,
        _ candidates: [Range<Int>],
        _ flashCandidates: [Range<Int>],
        _ chunks: [CookieChunk],
        now: Int64
    ) -> OpenedSession {
        var opened = OpenedSession()
        let hasTwins = candidates.count > 1
        for range in candidates {
            // Nothing longer is worth being looked at: no browser keeps it.
            let shortEnough = range.lowerBound..<min(range.upperBound, range.lowerBound + Sealer.longestValue + 1)
            tryCandidate(bytes, shortEnough, hasTwins: hasTwins, now: now, into: &opened)
        }
        if !chunks.isEmpty {
            for text in ChunkedText.texts(bytes, firsts: candidates, chunks) {
                tryCandidate(text.span, 0..<text.count, hasTwins: hasTwins, now: now, into: &opened)
            }
        }
        opened.hadTwins = hasTwins
        opened.hasDeadCookie = !candidates.isEmpty && opened.identity == nil
        if let identity = opened.identity { opened.idText = identity.id.text }
        if !flashCandidates.isEmpty { openFlash(bytes, flashCandidates, now: now, into: &opened) }
        return opened
    }

    /// Opens a sealed text, as long as it may be; nil when it does not open.
    func open(text: [UInt8], now: Int64) -> OpenedSession? {
        var opened = OpenedSession()
        if let securecookie {
            opened = open(text.span, [0..<text.count], now: now, with: securecookie)
        } else {
            tryCandidate(text.span, 0..<text.count, hasTwins: false, now: now, into: &opened)
            if let identity = opened.identity { opened.idText = identity.id.text }
        }
        return opened.identity == nil ? nil : opened
    }

    private func tryCandidate(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        hasTwins: Bool,
        now: Int64,
        into opened: inout OpenedSession
    ) {
        var (outcome, found) = openCandidate(bytes, range, now: now)
        // One that is gone must not stand before a twin that is not; alone, `catchUp` finds it.
        if hasTwins, let record = found?.0, isGone(record, now: now) { (outcome, found) = (.revoked, nil) }
        guard let (record, keyIndex) = found else {
            // An expired session says more than a forged cookie: outcomes stand in this order.
            let isBetter = opened.outcome == .none || outcome.rawValue < opened.outcome.rawValue
            if opened.identity == nil, isBetter { opened.outcome = outcome }
            return
        }
        if let best = opened.identity, (best.lastSeen, best.birth) >= (record.lastSeen, record.birth) { return }
        opened.outcome = .opened
        opened.json = record.json
        opened.once = record.once
        opened.identity = record.identity
        opened.keyIndex = keyIndex
        opened.mark = CookieMark(bytes, range)
    }

    private func openCandidate(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        now: Int64
    ) -> (OpenOutcome, (SessionRecord, keyIndex: Int)?) {
        switch sealer.open(bytes, range, as: .session, longest: Sealer.longestText) {
        case .malformed: return (.malformed, nil)
        case .unknownKey: return (.unknownKey, nil)
        case .forged: return (.forged, nil)
        case .plaintext(let plaintext, let keyIndex):
            guard let record = SessionRecord(plaintext),
                isPast(record.birth, now: now), isPast(record.lastSeen, now: now)
            else { return (.malformed, nil) }
            if now - record.birth >= settings.lifetime { return (.expiredLifetime, nil) }
            if now - record.lastSeen >= settings.idleTimeout { return (.expiredIdle, nil) }
            return (.opened, (record, keyIndex))
        }
    }

    private func openFlash(
        _ bytes: Span<UInt8>,
        _ candidates: [Range<Int>],
        now: Int64,
        into opened: inout OpenedSession
    ) {
        var newest: Int64?
        for range in candidates {
            guard case .plaintext(let plaintext, let keyIndex) = sealer.open(bytes, range, as: .flash),
                let record = FlashRecord(plaintext), isPast(record.birth, now: now),
                now - record.birth < settings.lifetime
            else { continue }
            if let newest, newest >= record.birth { continue }
            newest = record.birth
            opened.flashJSON = record.json
            opened.flashKeyIndex = keyIndex
            opened.flashBirth = record.birth
        }
        opened.hasDeadFlash = newest == nil
    }

    /// Whether a time is one a gateway can have written by now: at or after 1970, and at most five minutes ahead.
    func isPast(_ time: Int64, now: Int64) -> Bool {
        time >= 0 && time - CookieSessions.clockSkew <= now
    }
}
