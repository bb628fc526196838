extension CookieSessions {
    /// Looks into a cookie that a request could bring; `now` is in seconds since 1970.
    ///
    /// `name` is the cookie's: that of the session or of its flash messages, or something else, under which nothing opens.
    public func inspect(name: String, value: String, now: Int64) -> CookieInspection {
        let bytes = Array(value.utf8)
        var inspection = CookieInspection()
        inspection.isFlash = name.utf8.elementsEqual(flashNameBytes) && securecookie == nil
        guard inspection.isFlash || name.utf8.elementsEqual(nameBytes) else {
            inspection.refusal =
                "its name is not `\(settings.name)`" + (securecookie == nil ? " or `\(flashName)`" : "")
            return inspection
        }
        if let securecookie {
            inspect(bytes, now, securecookie, &inspection)
        } else if !inspection.isFlash, let token = SessionToken(bytes.span, 0..<bytes.count) {
            inspection.isToken = true
            inspection.outcome = .none
            inspection.id = token.key.id
        } else {
            inspectSealed(bytes, now, &inspection)
        }
        return inspection
    }

    private func inspectSealed(_ bytes: [UInt8], _ now: Int64, _ inspection: inout CookieInspection) {
        let purpose = inspection.isFlash ? SealPurpose.flash : .session
        inspection.keyFingerprint = Sealer.keyID(bytes.span).map(SealingKey.fingerprint)
        switch sealer.open(bytes.span, 0..<bytes.count, as: purpose) {
        case .malformed:
            inspection.refusal = Sealer.objection(to: bytes)
        case .unknownKey:
            inspection.outcome = .unknownKey
            inspection.refusal =
                "it was sealed with another secret, whose key is \(inspection.keyFingerprint ?? "unknown")"
        case .forged:
            inspection.outcome = .forged
            let other = inspection.isFlash ? SealPurpose.session : .flash
            inspection.key = sealer.keys.firstIndex { $0.fingerprint == inspection.keyFingerprint }
            if case .plaintext = sealer.open(bytes.span, 0..<bytes.count, as: other) {
                inspection.refusal =
                    "it is the cookie `\(inspection.isFlash ? settings.name : flashName)` under this name"
            } else {
                inspection.refusal = "it was changed, or cut, or made for a cookie of another name"
            }
        case .plaintext(let plaintext, let key):
            inspection.key = key
            inspection.isFlash ? readFlash(plaintext, now, &inspection) : readSession(plaintext, now, &inspection)
        }
    }

    private func readSession(_ plaintext: [UInt8], _ now: Int64, _ inspection: inout CookieInspection) {
        guard let record = SessionRecord(plaintext) else {
            inspection.refusal = "what was sealed is no session"
            return
        }
        inspection.id = record.id
        inspection.json = record.json
        inspection.onceNames = record.onceNames
        judge(birth: record.birth, lastSeen: record.lastSeen, now: now, &inspection)
    }

    private func readFlash(_ plaintext: [UInt8], _ now: Int64, _ inspection: inout CookieInspection) {
        guard let record = FlashRecord(plaintext) else {
            inspection.refusal = "what was sealed are no messages"
            return
        }
        inspection.flashJSON = record.json
        judge(birth: record.birth, lastSeen: nil, now: now, &inspection)
    }

    private func inspect(
        _ bytes: [UInt8],
        _ now: Int64,
        _ securecookie: Securecookie,
        _ inspection: inout CookieInspection
    ) {
        switch securecookie.open(bytes.span, 0..<bytes.count) {
        case .malformed:
            inspection.refusal = "it is not in the form of gorilla's cookies, or encrypted with another block key"
        case .forged:
            inspection.outcome = .forged
            inspection.refusal = "none of the secrets signed it under this name, or it was changed"
        case .content(let gob, let date, let key, let code):
            inspection.key = key
            inspection.keyFingerprint = keyFingerprints[key]
            guard let contents = GorillaContents(gob, date: date, keyIndex: key, code: code) else {
                inspection.refusal = "what was signed is no gob of a session's map"
                return
            }
            inspection.id = contents.id
            inspection.json = contents.values.json
            inspection.onceNames = contents.onceNames
            inspection.flashJSON = contents.flashJSON
            inspection.unread = contents.unread
            judge(birth: contents.birth, lastSeen: contents.date, now: now, &inspection)
        }
    }

    /// Whether it is too old, or too young.
    private func judge(birth: Int64, lastSeen: Int64?, now: Int64, _ inspection: inout CookieInspection) {
        inspection.birth = birth
        inspection.lastSeen = lastSeen
        guard isPast(birth, now: now), isPast(lastSeen ?? birth, now: now) else {
            inspection.refusal = "it comes from the future: the clock of this machine, or of another gateway, is wrong"
            return
        }
        let ends = birth + settings.lifetime
        let idles = lastSeen.map { $0 + settings.idleTimeout } ?? ends
        inspection.end = min(ends, idles)
        if now >= ends {
            inspection.outcome = .expiredLifetime
            inspection.refusal = "it is older than `lifetime`"
        } else if now >= idles {
            inspection.outcome = .expiredIdle
            inspection.refusal = "it was not seen for longer than `idle_timeout`"
        } else {
            inspection.outcome = .opened
        }
    }
}
