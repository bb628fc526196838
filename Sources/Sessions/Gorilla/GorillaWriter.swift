/// Saves a session and its messages in one of gorilla's cookies, for one response.
struct GorillaWriter {
    let sessions: CookieSessions
    let securecookie: Securecookie
    let now: Int64

    /// Saves a change of the values, if there is one, and what becomes of the messages.
    func save(
        _ opened: OpenedSession,
        change: SessionChange?,
        _ flash: FlashFate,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession {
        var saved = SavedSession()
        var map = opened.gorilla?.map ?? GobMap()
        var identity = opened.identity
        var onceNames = opened.gorilla?.onceNames ?? []
        if let change {
            let keepsUnread = try apply(change, to: &map)
            onceNames = change.after.onceNames
            if !map.entries.contains(where: { !GorillaContents.isReserved($0.name) }) {
                saved.outcome = identity == nil ? .unchanged : .cleared
                identity = nil
            } else if var known = identity, !change.isCleared {
                let isRenewed = change.renews(on: sessions.settings.renewOn)
                if isRenewed { known.id = SessionID(random: &random) }
                if isRenewed {
                    saved.outcome = .renewed
                } else if change.after != change.before || !keepsUnread {
                    saved.outcome = .changed
                }
                identity = known
            } else {
                identity = .init(id: SessionID(random: &random), birth: now, lastSeen: now)
                saved.outcome = .created
            }
        }
        if let change, let known = identity {
            identity?.issued = sessions.issued(known, by: change, of: opened, now: now)
        }
        if saved.outcome == .unchanged, sessions.isDue(opened, now: now) { saved.outcome = .touched }
        var messages = opened.flashJSON
        var hasNewMessages = true
        switch flash {
        case .unchanged: hasNewMessages = false
        case .expired: messages = []
        case .stored(let json, _): messages = json
        }
        saved.identity = identity
        if saved.outcome != .unchanged || hasNewMessages {
            map[GorillaContents.flashName] = messages.isEmpty ? nil : GobInterface(messages)
            map[GorillaContents.ownName] = identity.map {
                GorillaContents.own($0, onceNames: onceNames)
            }
            if !map.entries.isEmpty {
                saved.cookie = .written(try written(map, identity, random: &random))
            } else if opened.gorilla != nil {
                saved.cookie = .expired
            }
        }
        return saved
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

    private func written(
        _ map: GobMap,
        _ identity: OpenedSession.Identity?,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> [UInt8] {
        // A gateway whose clock is behind must not shorten what another has granted.
        let date = max(now, identity?.lastSeen ?? now)
        let value = try securecookie.seal(map.gob, date: date, random: &random)
        let size = sessions.nameBytes.count + value.count
        guard size <= CookieSessions.largestCookie else {
            throw .tooLarge(
                cookie: sessions.settings.name,
                size: size,
                limit: CookieSessions.largestCookie
            )
        }
        return value
    }
}
