extension ServerSessions {
    /// A change's operations, with when the session gets its id or its subject by them; without a `subject` nobody asks.
    ///
    /// Whoever signs in after a denial in the same second is in, and so is who revokes all others with this change: the
    /// time is after every denial there is, and after the one that begins with it.
    func issued(_ change: ServerChange, _ opened: OpenedSession, now: Int64) -> StoreOperations {
        var operations = change.operations
        guard let subject = cookies.subjectKey else { return operations }
        let after = after(operations, opened.stored, isCleared: change.isCleared, subject.name)
        let issued = cookies.issueTime(after.json, now: change.isRevoking ? now + 1 : now)
        // A new session got both at its birth.
        let isNew = opened.stored == nil || change.isCleared
        operations.issued = isNew && issued == now ? nil : issued
        return operations
    }

    /// The value of one name that operations leave.
    private func after(
        _ operations: StoreOperations,
        _ stored: StoredSession?,
        isCleared: Bool,
        _ name: [UInt8]
    ) -> StoredValues {
        var values = StoredValues()
        if let set = operations.sets.last(where: { $0.name == name }) {
            _ = values.append(name: set.name.span, text: set.text.span, stamp: set.stamp)
        } else if !isCleared, !operations.deletes.contains(name),
            !operations.consumes.contains(where: { $0.name == name }),
            let kept = stored?.values.entry(named: name)
        {
            _ = values.append(name: kept.name.span, text: kept.text.span, stamp: kept.stamp)
        }
        return values
    }
}
