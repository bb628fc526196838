/// Saves what an answer asks of a session by what the journal knows of it, so that nothing is lost of answers that came
/// between the request and this one.
///
/// ```
/// the journal knows of the id …        the changes are applied to …        the browser gets
/// nothing, or of no such version       the version that came               the new version
/// a newer version                      the newest                          the new version, which has both
/// that it was renewed                  the newest of the renewed session   nothing: the new id is not for this cookie
/// that its last value was deleted      no values                           a new session, which has them
/// that it was cleared                  nothing, they are dropped           nothing
/// that it moved to a server store      the session there                   its token, or nothing if it was renewed too
/// ```
/// Who is given a renewed session by an old cookie might be the one who had planted that cookie before the sign-in. The
/// browser itself comes with the new id's cookie, and is then given the version that waits for it.
struct JournaledSave {
    private let opened: OpenedSession
    private let id: SessionID
    private let changes: SessionChanges
    private let mayChange: Bool
    private let isPage: Bool

    init(
        _ opened: OpenedSession,
        _ identity: OpenedSession.Identity,
        changes: SessionChanges,
        mayChange: Bool,
        isPage: Bool
    ) {
        self.opened = opened
        id = identity.id
        self.changes = changes
        self.mayChange = mayChange
        self.isPage = isPage
    }

    /// Where the session that the request came with stands by now.
    private struct Place {
        let id: SessionID
        let entry: JournalEntry?
        /// Whether it has another id by now.
        let isRenewed: Bool
    }

    /// What the changes are applied to.
    private enum Base {
        case version(OpenedSession)
        case noValues
        case gone
        case stored(SessionToken)
    }

    /// Saves; begins anew when another answer was faster.
    func save(
        status: Int,
        in journal: SessionJournal,
        by writer: CookieWriter,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession {
        while true {
            let (id, entry) = journal.follow(id, now: writer.now)
            let place = Place(id: id, entry: entry, isRenewed: id != self.id)
            if let saved = try attempt(place, status, in: journal, by: writer, random: &random) { return saved }
        }
    }

    private func base(_ place: Place, _ sessions: CookieSessions, now: Int64) -> Base {
        switch place.entry?.state {
        case .newest(let value)?:
            if !place.isRenewed {
                let isNewest = CookieMark(value) == opened.mark
                guard !isNewest, place.entry?.superseded.contains(opened.mark) == true else { return .version(opened) }
            }
            if let newest = sessions.open(text: value, now: now), let identity = newest.identity {
                return sessions.denial(identity, newest.json, now: now) == nil ? .version(newest) : .gone
            }
            return place.isRenewed ? .gone : .version(opened)
        case .emptied?: return .noValues
        case .gone?, .renewed?: return .gone
        case .spilled(let token)?: return sessions.settings.spill == nil ? .gone : .stored(token)
        // What was renewed and is not known any more must not be overwritten by the old.
        case .unknown?, nil: return place.isRenewed ? .gone : .version(opened)
        }
    }

    /// Saves by what was found; nil when that is not true any more.
    private func attempt(
        _ place: Place,
        _ status: Int,
        in journal: SessionJournal,
        by writer: CookieWriter,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession? {
        if writer.spills, let move = place.entry?.move, writer.now < move.until {
            // Last-seen alone is not worth the wait.
            return mayChange ? SavedSession(cookie: .waits) : .unchanged
        }
        let base: OpenedSession
        switch self.base(place, writer.sessions, now: writer.now) {
        case .version(let version): base = version
        case .noValues: base = OpenedSession()
        case .gone:
            // Only a session that has nothing of the one that is gone may come of it.
            guard changes.clears, !changes.setsNothing else {
                return changes.touchesSession && !changes.endsSession ? SavedSession(outcome: .gone) : .unchanged
            }
            base = opened
        case .stored(let token):
            return mayChange ? SavedSession(cookie: .stored(token, isRenewed: place.isRenewed)) : .unchanged
        }
        var change: SessionChange?
        if mayChange {
            change =
                base.mark == opened.mark
                ? SessionChange(opened, changes) : SessionChange(newest: base, handed: opened, changes)
        }
        // Its last-seen time is moved where the new id is, and it was renewed since this request.
        if place.isRenewed, change == nil { return .unchanged }
        if place.isRenewed, change?.isCleared == false {
            change?.isRenewed = false
            change?.mayRenew = false
        }
        let fate = FlashFate(
            base,
            changes.flash,
            keeps: changes.keepsFlash,
            status: status,
            // Messages that this page was not handed are not used up by it.
            isPage: isPage && base.flashJSON == opened.flashJSON
        )
        var saved = try writer.sessions.save(base, change, fate, by: writer, random: &random)
        switch saved.cookie {
        // It had lost its last value before.
        case .kept where change?.isCleared == true:
            return end(place, change, in: journal, now: writer.now) ? saved : nil
        case .kept:
            return opened.isSuperseded ? try newest(place, base, by: writer, random: &random) : saved
        case .expired:
            saved.endedID = place.id
            return end(place, change, in: journal, now: writer.now) ? saved : nil
        case .written(let value):
            guard record(value, saved, place, base, change, in: journal, now: writer.now) else { return nil }
            if change?.isCleared == true { saved.endedID = place.id }
            if place.isRenewed, saved.identity?.id == place.id { saved.cookie = .kept }
            return saved
        case .spills(var draft):
            let number: UInt64 = random.next()
            guard journal.beginMove(number, of: place.id, place.entry, now: writer.now) else { return nil }
            let isCleared = change?.isCleared == true
            draft.move = .init(id: place.id, number: number, then: end(of: draft, place, base, isCleared: isCleared))
            draft.isHidden = place.isRenewed && draft.record.id == place.id
            if isCleared { saved.endedID = place.id }
            saved.cookie = .spills(draft)
            return saved
        case .stored, .waits: return saved
        }
    }

    /// What the journal says once the draft is where it is to be.
    private func end(
        of draft: SpillDraft,
        _ place: Place,
        _ base: OpenedSession,
        isCleared: Bool
    ) -> SpillDraft.End {
        if isCleared { return .buried(place.isRenewed ? id : nil) }
        return draft.record.id == place.id ? .leads : .renewed(as: draft.record.id, opens: base.identity != nil)
    }

    /// The newest version, for a browser that has an older one.
    private func newest(
        _ place: Place,
        _ base: OpenedSession,
        by writer: CookieWriter,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> SavedSession {
        switch place.entry?.state {
        case .newest(let value)? where !place.isRenewed:
            SavedSession(outcome: .touched, cookie: .written(value), identity: base.identity)
        case nil where base.gorilla == nil: try writer.touch(base, random: &random)
        default: .unchanged
        }
    }

    /// Writes a new version; false when another answer was faster.
    private func record(
        _ value: [UInt8],
        _ saved: SavedSession,
        _ place: Place,
        _ base: OpenedSession,
        _ change: SessionChange?,
        in journal: SessionJournal,
        now: Int64
    ) -> Bool {
        // With gorilla, messages may be left when the session is gone.
        guard let next = saved.identity?.id else { return end(place, change, in: journal, now: now) }
        if change?.isCleared == true { return bury(place, isReplaced: true, in: journal, now: now) }
        if next != place.id {
            return journal.move(place.id, place.entry, to: next, .newest(value), opens: base.identity != nil, now: now)
        }
        // What the browser was not sent waits for it.
        let window = place.isRenewed ? SessionJournal.longWindow : SessionJournal.window
        var entry = JournalEntry(
            state: .newest(value),
            superseded: place.entry?.superseded ?? [],
            validUntil: max(now + window, place.entry?.validUntil ?? 0)
        )
        if case .newest(let before)? = place.entry?.state { entry.supersede(CookieMark(before)) }
        if entry.superseded.last != base.mark, !entry.superseded.contains(base.mark) { entry.supersede(base.mark) }
        return journal.put(entry, for: place.id, replacing: place.entry, now: now)
    }

    /// Writes that the session is gone, or has no values; false when another answer was faster.
    private func end(_ place: Place, _ change: SessionChange?, in journal: SessionJournal, now: Int64) -> Bool {
        if change?.isCleared == true { return bury(place, isReplaced: false, in: journal, now: now) }
        let entry = JournalEntry(state: .emptied, validUntil: now + SessionJournal.longWindow)
        return journal.put(entry, for: place.id, replacing: place.entry, now: now)
    }

    /// Writes that the session was cleared, under its old id too; false when another answer was faster.
    private func bury(_ place: Place, isReplaced: Bool, in journal: SessionJournal, now: Int64) -> Bool {
        let entry = JournalEntry(
            state: .gone(isReplaced: isReplaced),
            validUntil: now + SessionJournal.longWindow
        )
        guard journal.put(entry, for: place.id, replacing: place.entry, now: now) else { return false }
        if place.isRenewed { journal.bury(id, isReplaced: isReplaced, now: now) }
        return true
    }
}
