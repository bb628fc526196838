/// A session's values before and after an answer's changes.
struct SessionChange {
    /// What the request brought.
    let before: SessionValues
    /// What is left: once-values handed out are gone, then clear, delete, set and set once took effect in this order.
    var after: SessionValues
    /// Whether what is left is another session's.
    var isCleared = false
    /// Whether a new id was asked for.
    var isRenewed = false
    /// Whether other sessions of the subject end with this change.
    var isRevoking = false
    /// Whether a change of a value under `renew_on` gives a new id.
    var mayRenew = true

    /// The names that were to be deleted, whether or not `before` has them.
    var deleted: [String] = []

    /// Applies an answer's changes to an opened session.
    init(_ opened: OpenedSession, _ changes: SessionChanges) {
        before = SessionChange.values(of: opened)
        after = before
        after.consumeOnce()
        apply(changes)
    }

    /// Applies an answer's changes to a newer version of the session than the request came with.
    ///
    /// Once-values that the request was handed go if they are still those that it was handed.
    init(newest: OpenedSession, handed: OpenedSession, _ changes: SessionChanges) {
        before = SessionChange.values(of: newest)
        after = before
        if !handed.once.isEmpty {
            let values = SessionChange.values(of: handed)
            after.delete(values.onceNames.filter { before.isOnce($0) && before[$0] == values[$0] })
        }
        apply(changes)
    }

    private mutating func apply(_ changes: SessionChanges) {
        if changes.endsSession { after.clear() }
        after.delete(changes.deleted)
        for member in changes.values { after[member.name] = member.value }
        for member in changes.onceValues { after.setOnce(member.name, member.value) }
        isCleared = changes.endsSession
        isRenewed = changes.renewsSession
        isRevoking = changes.revocation != nil
        deleted = changes.deleted
    }

    /// A change worked out elsewhere.
    init(before: SessionValues, after: SessionValues, isCleared: Bool, isRenewed: Bool, deleted: [String]) {
        self.before = before
        self.after = after
        self.isCleared = isCleared
        self.isRenewed = isRenewed
        self.deleted = deleted
    }

    /// Whether a name's value is another than before.
    func changes(_ name: String) -> Bool { before[name] != after[name] }

    /// Whether the session gets a new id: that was asked for, or the value of one of these names is another than before.
    func renews(on names: [String]) -> Bool {
        isRenewed || (mayRenew && names.contains(where: changes))
    }

    /// The values an opened session holds.
    static func values(of opened: OpenedSession) -> SessionValues {
        // Only this library seals, and it seals objects: there is no other text to read here.
        guard opened.identity != nil, var values = try? SessionValues(json: opened.json.span) else { return .init() }
        if !opened.once.isEmpty, case .array(let names)? = try? JSON.parse(opened.once.span) {
            values.markOnce(names.compactMap(String.init(value:)))
        }
        return values
    }
}
