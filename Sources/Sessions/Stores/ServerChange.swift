/// An answer's changes as a server store's operations, and what they are about.
struct ServerChange {
    var operations = StoreOperations()
    /// Whether the session they are for is another one.
    var isCleared = false
    /// Whether a new id was asked for.
    var isRenewed = false
    /// Whether there may be a new id.
    var mayRenew = true
    /// Whether other sessions of the subject end with this change.
    var isRevoking = false

    /// Makes operations of what a service asked for: clear, delete, set and set once, in this order.
    init(_ stored: StoredSession?, _ changes: SessionChanges, random: inout some RandomNumberGenerator) {
        isCleared = changes.endsSession
        isRenewed = changes.renewsSession
        isRevoking = changes.revokesSubject
        var values = Members()
        for member in changes.values { values[member.name] = member.value }
        var onceValues = Members()
        for member in changes.onceValues { onceValues[member.name] = member.value }
        values.remove(onceValues.list.map(\.name))
        for member in values.list { operations.sets.append(.init(member.name, member.value)) }
        for member in onceValues.list { add(once: member.name, member.value, random: &random) }
        if isCleared { return }
        consume(stored)
        delete(changes.deleted)
    }

    /// Makes operations of how a session's values differ now from what they were.
    init(_ stored: StoredSession?, _ change: SessionChange, random: inout some RandomNumberGenerator) {
        isCleared = change.isCleared
        isRenewed = change.isRenewed
        let once = Set(change.after.onceNames.map(ByteName.init))
        for member in change.after.members.list {
            if once.contains(ByteName(member.name)) {
                add(once: member.name, member.value, random: &random)
            } else if isCleared || change.before[member.name] != member.value || wasOnce(member.name, stored) {
                operations.sets.append(.init(member.name, member.value))
            }
        }
        if isCleared { return }
        consume(stored)
        let consumed = Set(operations.consumes.map(\.name))
        let gone = change.before.members.list.map(\.name).filter { change.after[$0] == nil }
        delete(change.deleted + gone.filter { !consumed.contains(JSON.text(of: $0)) })
    }

    private mutating func add(once name: String, _ value: Value, random: inout some RandomNumberGenerator) {
        // 0 stands for an ordinary value.
        operations.sets.append(.init(name, value, stamp: max(1, random.next() as UInt64)))
    }

    private mutating func consume(_ stored: StoredSession?) {
        guard let values = stored?.values, values.hasOnce else { return }
        for entry in values.entries where entry.stamp != 0 {
            operations.consumes.append(.init(name: entry.name, stamp: entry.stamp))
        }
    }

    private func wasOnce(_ name: String, _ stored: StoredSession?) -> Bool {
        guard let values = stored?.values, values.hasOnce else { return false }
        return values.entry(named: JSON.text(of: name))?.stamp ?? 0 != 0
    }

    private mutating func delete(_ names: [String]) {
        guard !names.isEmpty else { return }
        var done = Set(operations.sets.map(\.name))
        for name in names {
            let text = JSON.text(of: name)
            if done.insert(text).inserted { operations.deletes.append(text) }
        }
    }

    /// Whether one of these names' values is another than before.
    func touches(_ names: [String], of stored: StoredSession) -> Bool {
        if names.isEmpty || operations.isEmpty { return false }
        return names.contains { name in
            let text = JSON.text(of: name)
            let before = stored.values.entry(named: text)?.text
            if let set = operations.sets.first(where: { $0.name == text }) { return !isSame(set.text, before) }
            let goes = operations.deletes.contains(text) || operations.consumes.contains { $0.name == text }
            return goes && before != nil
        }
    }

    /// Whether anything of the session as it was opened changes.
    func differs(from stored: StoredSession) -> Bool {
        if !operations.consumes.isEmpty { return true }
        if operations.deletes.contains(where: { stored.values.entry(named: $0) != nil }) { return true }
        return operations.sets.contains { set in
            let before = stored.values.entry(named: set.name)
            return before?.stamp != set.stamp || !isSame(set.text, before?.text)
        }
    }

    /// Whether two texts say the same value: objects may have their members in any order.
    private func isSame(_ text: [UInt8], _ other: [UInt8]?) -> Bool {
        if text == other { return true }
        guard let other, let left = try? JSON.parse(text.span), let right = try? JSON.parse(other.span) else {
            return false
        }
        return left == right
    }

    /// Refuses a change of what was opened that would make it larger than a session may be.
    func refuseTooLarge(after stored: StoredSession?) throws(SaveError) {
        let added = operations.sets.reduce(0) { $0 + $1.name.count + $1.text.count + 2 }
        let before = isCleared ? nil : stored?.values
        if (before?.json.count ?? 2) + added <= StoredValues.largest { return }
        var after = before ?? StoredValues()
        after.apply(operations)
        guard after.json.count > StoredValues.largest else { return }
        throw .tooLargeForStore(size: after.json.count, limit: StoredValues.largest)
    }
}
