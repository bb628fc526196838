/// Sessions that leave their cookies for a server store. While the store is asked the entry says so, and answers to other
/// requests wait: what they are applied to is not known yet.
///
/// ```
/// beginMove ──▶ the store is asked ──done──▶ endMove(to: token): the id leads to the token
///                        └──────failed─────▶ endMove(to: nil): as it was
/// ```
extension SessionJournal {
    /// Marks a session as being on its way, unless somebody else has written since `found` was found.
    func beginMove(_ number: UInt64, of id: SessionID, _ found: JournalEntry?, now: Int64) -> Bool {
        var entry = found ?? JournalEntry(state: .unknown, validUntil: 0)
        entry.move = .init(number: number, until: now + JournalEntry.longestMove)
        entry.validUntil = max(entry.validUntil, now + JournalEntry.longestMove)
        return put(entry, for: id, replacing: found, now: now)
    }

    /// Writes how a move ended: where the session is now, or, without a token, that it stayed.
    ///
    /// - Returns: whether the session is there; false also when others did not wait any longer.
    func endMove(_ move: SpillDraft.Move, to token: SessionToken?, now: Int64) -> Bool {
        while true {
            let found = find(move.id, now: now)
            // Without an entry it was forgotten for want of room: nobody has written it since.
            guard found == nil || found?.move?.number == move.number else { return false }
            guard let token else {
                if undo(move, found, now: now) { return false }
                continue
            }
            let end = now + SessionJournal.longWindow
            switch move.then {
            case .leads:
                let entry = JournalEntry(state: .spilled(token), validUntil: end)
                if put(entry, for: move.id, replacing: found, now: now) { return true }
            case .renewed(let next, let opens):
                if self.move(move.id, found, to: next, .spilled(token), opens: opens, now: now) { return true }
            case .buried(let older):
                let entry = JournalEntry(state: .gone(isReplaced: true), validUntil: end)
                guard put(entry, for: move.id, replacing: found, now: now) else { continue }
                if let older { bury(older, isReplaced: true, now: now) }
                return true
            }
        }
    }

    private func undo(_ move: SpillDraft.Move, _ found: JournalEntry?, now: Int64) -> Bool {
        guard var entry = found else { return true }
        if case .unknown = entry.state {
            remove(move.id)
            return true
        }
        entry.move = nil
        return put(entry, for: move.id, replacing: found, now: now)
    }

    /// Writes that a session in a server store has another id by now.
    func renew(_ id: SessionID, as next: SessionID, now: Int64) {
        let entry = JournalEntry(state: .renewed(as: next, opens: false), validUntil: now + SessionJournal.longWindow)
        while !put(entry, for: id, replacing: find(id, now: now), now: now) {}
    }

    /// Writes that a session is gone, under this id and those that it got since.
    func buryAll(from id: SessionID, isReplaced: Bool, now: Int64) {
        let last = follow(id, now: now).id
        bury(last, isReplaced: isReplaced, now: now)
        if last != id { bury(id, isReplaced: isReplaced, now: now) }
    }

    /// Writes that the browser of a session which is gone was given one in a server store.
    func replace(_ id: SessionID, by next: SessionID, _ token: SessionToken, now: Int64) {
        replace(id, by: next, .spilled(token), now: now)
    }
}
