extension CookieSessions {
    /// Opens gorilla's cookies: of several that open, the one written last, and then born last, is taken.
    func open(
        _ bytes: Span<UInt8>,
        _ candidates: [Range<Int>],
        now: Int64,
        with securecookie: Securecookie
    ) -> OpenedSession {
        var opened = OpenedSession()
        var best: GorillaContents?
        for range in candidates {
            let (outcome, contents) = openCandidate(bytes, range, now: now, with: securecookie)
            guard let contents else {
                let isBetter = opened.outcome == .none || outcome.rawValue < opened.outcome.rawValue
                if best == nil, isBetter { opened.outcome = outcome }
                continue
            }
            if let best, (best.date, best.birth) >= (contents.date, contents.birth) { continue }
            best = contents
        }
        opened.hadTwins = candidates.count > 1
        opened.hasDeadCookie = !candidates.isEmpty && best == nil
        guard let best else { return opened }
        opened.gorilla = best
        opened.flashJSON = best.flashJSON
        opened.flashBirth = best.date
        // Messages alone are no session, as they are none in a cookie of their own.
        guard best.hasValues else {
            opened.outcome = .none
            return opened
        }
        opened.outcome = .opened
        opened.json = best.values.json
        opened.once = SessionRecord.onceText(best.onceNames)
        opened.identity = .init(id: best.id, birth: best.birth, lastSeen: best.date, issued: best.issued)
        opened.idText = best.id.text
        opened.keyIndex = best.keyIndex
        opened.mark = best.mark
        return opened
    }

    private func openCandidate(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        now: Int64,
        with securecookie: Securecookie
    ) -> (OpenOutcome, GorillaContents?) {
        switch securecookie.open(bytes, range) {
        case .malformed: return (.malformed, nil)
        case .forged: return (.forged, nil)
        case .content(let gob, let date, let keyIndex, let code):
            // Gorilla takes cookies from any future; nobody but a wrong clock makes them.
            guard isPast(date, now: now) else { return (.malformed, nil) }
            if now - date >= settings.lifetime { return (.expiredLifetime, nil) }
            guard
                let contents = GorillaContents(
                    gob,
                    date: date,
                    keyIndex: keyIndex,
                    code: code,
                    mark: CookieMark(bytes, range)
                ),
                contents.birth >= 0
            else { return (.malformed, nil) }
            if now - contents.birth >= settings.lifetime { return (.expiredLifetime, nil) }
            if now - date >= settings.idleTimeout { return (.expiredIdle, nil) }
            return (.opened, contents)
        }
    }
}
