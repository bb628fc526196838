extension SpillSessions {
    /// Takes the store's answer to a plan's request, whether or not anybody waits for the response any more; to be called
    /// once, before `close`, which takes what this returns.
    public func finish(_ save: ServerSave, _ answer: StoreAnswer, now: Int64) -> StoreAnswer {
        note(answer, to: save, now: now)
        server.finish(save, answer, now: now)
        guard let spill = save.spill else { return answer }
        guard case .done = answer else {
            if case .arrives(let draft, _) = spill.change { end(draft, at: nil, now: now) }
            return answer
        }
        if case .arrives(let draft, let token) = spill.change {
            if isRevoked(spill, now: now) {
                end(draft, at: nil, now: now)
                return .gone
            }
            if !end(draft, at: token, now: now) { return .gone }
            if let gone = spill.opened.goneID, spill.saved.outcome == .created {
                cookies.memory?.journal.replace(gone, by: draft.record.id, token, now: now)
            }
        }
        cookies.carryOut(spill.changes, of: spill.opened, spill.saved, now: now)
        return answer
    }

    /// Writes that a token leads nowhere any more: until its requests are over, it must not be handed out by their answers,
    /// nor take away the cookie that follows it.
    private func note(_ answer: StoreAnswer, to save: ServerSave, now: Int64) {
        guard let request = save.request, let journal = cookies.memory?.journal else { return }
        switch (request, answer) {
        case (.renew(let key, let new, _), .done): journal.renew(key.id, as: new.id, now: now)
        case (.replace(let key, _, _), .done): journal.buryAll(from: key.id, isReplaced: true, now: now)
        case (.delete(let key), .done):
            guard case .returns(_, let former)? = save.spill?.change else {
                return journal.buryAll(from: key.id, isReplaced: false, now: now)
            }
            journal.buryAll(from: key.id, isReplaced: true, now: now)
            if let former { journal.buryAll(from: former, isReplaced: true, now: now) }
        case (_, .emptied): journal.buryAll(from: request.key.id, isReplaced: false, now: now)
        default: break
        }
    }

    /// Whether the session was revoked while the store was at work.
    private func isRevoked(_ spill: SpillEnd, now: Int64) -> Bool {
        guard let identity = spill.opened.identity, spill.saved.endedID == nil else { return false }
        return cookies.denial(identity, spill.opened.json, now: now) != nil
    }

    /// Lets the journal know where the session is; false when it is not where it was to go.
    @discardableResult
    func end(_ draft: SpillDraft, at token: SessionToken?, now: Int64) -> Bool {
        guard let move = draft.move, let journal = cookies.memory?.journal else { return token != nil }
        return journal.endMove(move, to: token, now: now)
    }

    /// Says what the response must carry, once the store has answered; nil when it was not asked.
    ///
    /// - Throws: `SaveError` when the store failed; then the session stands as it was, as far as anyone can know.
    public func close(
        _ save: ServerSave,
        _ answer: StoreAnswer?,
        of opened: OpenedSession,
        secureConnection: Bool,
        now: Int64
    ) throws(SaveError) -> ClosedSession {
        var (save, opened) = (save, opened)
        switch (save.outcome, answer) {
        // A move that nobody asked for may fail: then there is no such session.
        case (_, .failed): save.token = nil
        // A token that leads nowhere any more must not take the place of the one that the browser has by now.
        case (.unchanged, _), (.changed, _), (.touched, _):
            if let stored = opened.stored, isOver(stored.key.id, now: now) {
                save.token = nil
                opened.token = nil
            }
        default: break
        }
        var closed = try server.close(save, answer, of: opened, secureConnection: secureConnection, now: now)
        if closed.outcome == .created, case .returns(let saved, _)? = save.spill?.change {
            let writer = CookieWriter(sessions: cookies, secureConnection: secureConnection, now: now)
            var sealed: [[UInt8]] = []
            writer.write(saved, of: opened, into: &sealed)
            closed.setCookies = sealed + closed.setCookies
        }
        return closed
    }

    /// Whether it is known of the id of a stored session that its token leads nowhere any more.
    private func isOver(_ id: SessionID, now: Int64) -> Bool {
        switch cookies.memory?.journal.find(id, now: now)?.state {
        case .renewed, .gone: true
        case .newest, .emptied, .spilled, .unknown, nil: false
        }
    }
}
