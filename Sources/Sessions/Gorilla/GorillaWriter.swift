/// Saves a session and its messages in one of gorilla's cookies, for one response.
struct GorillaWriter {
    let sessions: CookieSessions
    let securecookie: Securecookie
    let secureConnection: Bool
    let now: Int64

    /// Saves a change of the values, if there is one, and what becomes of the messages.
    func close(
        _ opened: OpenedSession,
        change: SessionChange?,
        _ flash: FlashFate,
        status: Int,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> ClosedSession {
        var closed = ClosedSession()
        var map = opened.gorilla?.map ?? GobMap()
        var identity = opened.identity
        var onceNames = opened.gorilla?.onceNames ?? []
        if let change {
            let keepsUnread = try apply(change, to: &map)
            onceNames = change.after.onceNames
            if !map.entries.contains(where: { !GorillaContents.isReserved($0.name) }) {
                closed.outcome = identity == nil ? .unchanged : .cleared
                identity = nil
            } else if var known = identity, !change.isCleared {
                let isRenewed = change.isRenewed || change.touches(sessions.settings.renewOn)
                if isRenewed { known.id = SessionID(random: &random) }
                if isRenewed {
                    closed.outcome = .renewed
                } else if change.after != change.before || !keepsUnread {
                    closed.outcome = .changed
                }
                identity = known
            } else {
                identity = .init(id: SessionID(random: &random), birth: now, lastSeen: now)
                closed.outcome = .created
            }
        }
        if closed.outcome == .unchanged, status < 500, sessions.isDue(opened, now: now) { closed.outcome = .touched }
        var messages = opened.flashJSON
        var hasNewMessages = true
        switch flash {
        case .unchanged: hasNewMessages = false
        case .expired: messages = []
        case .stored(let json, _): messages = json
        }
        if closed.outcome != .unchanged || hasNewMessages {
            map[GorillaContents.flashName] = messages.isEmpty ? nil : GobInterface(messages)
            map[GorillaContents.ownName] = identity.map {
                GorillaContents.own($0.id, birth: $0.birth, onceNames: onceNames)
            }
            if !map.entries.isEmpty {
                closed.setCookies.append(try written(map, identity, random: &random))
            } else if opened.gorilla != nil {
                closed.setCookies.append(expired)
            }
        }
        if opened.hasDeadCookie, closed.setCookies.isEmpty {
            closed.setCookies.append(expired)
            closed.outcome = .expired
        }
        return closed
    }

    /// Brings the values to what they are after a change; whether all that the gateway cannot read is still there.
    private func apply(_ change: SessionChange, to map: inout GobMap) throws(SaveError) -> Bool {
        for member in change.after.members.list where GorillaContents.isReserved(member.name) {
            throw .unrepresentable(name: member.name, why: "the name is not the service's to set")
        }
        if change.isCleared { map = GobMap() }
        let before = change.isCleared ? SessionValues() : change.before
        for member in before.members.list where change.after[member.name] == nil { map[member.name] = nil }
        var keepsUnread = true
        for name in change.deleted where !GorillaContents.isReserved(name) && change.after[name] == nil {
            if map[name] == nil { continue }
            map[name] = nil
            keepsUnread = false
        }
        for member in change.after.members.list where before[member.name] != member.value {
            map[member.name] = try GobInterface.make(member.value, like: map[member.name], named: member.name, in: &map)
        }
        return keepsUnread
    }

    private var expired: [UInt8] {
        sessions.setCookie.expiring(sessions.nameBytes, secureConnection: secureConnection)
    }

    private func written(
        _ map: GobMap,
        _ identity: OpenedSession.Identity?,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> [UInt8] {
        // A gateway whose clock is behind must not shorten what another has granted.
        let date = max(now, identity?.lastSeen ?? now)
        var text = sessions.nameBytes
        text.append(UInt8(ascii: "="))
        text.append(contentsOf: try securecookie.seal(map.gob, date: date, random: &random))
        let size = text.count - 1
        guard size <= CookieSessions.largestCookie else {
            throw .tooLarge(
                cookie: sessions.settings.name,
                size: size,
                limit: CookieSessions.largestCookie
            )
        }
        let remaining = sessions.settings.lifetime - (now - (identity?.birth ?? now))
        let maxAge = sessions.settings.maxAge.map { min($0, remaining) }
        sessions.setCookie.appendAttributes(maxAge: maxAge, secureConnection: secureConnection, to: &text)
        return text
    }
}
