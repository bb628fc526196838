/// A value in the making: containers write into it while their type encodes itself.
final class ValueDraft {
    private enum Content {
        case value(Value)
        case list([ValueDraft])
        case object([(name: String, draft: ValueDraft)])
    }

    // An encoder that writes nothing stands for an empty object, as in Foundation's.
    private var content = Content.object([])

    /// What was written.
    var value: Value {
        switch content {
        case .value(let value): return value
        case .list(let drafts): return .array(drafts.map(\.value))
        case .object(let drafts):
            var members = Members()
            for (name, draft) in drafts { members[name] = draft.value }
            return .object(members)
        }
    }

    /// How many elements the list has.
    var count: Int {
        if case .list(let drafts) = content { drafts.count } else { 0 }
    }

    func write(_ value: Value) {
        content = .value(value)
    }

    func beginList() {
        if case .list = content { return }
        content = .list([])
    }

    func beginObject() {
        if case .object = content { return }
        content = .object([])
    }

    /// A draft for the list's next element.
    func append() -> ValueDraft {
        let draft = ValueDraft()
        guard case .list(var drafts) = content else { return draft }
        // Held twice it would be copied for each element.
        content = .list([])
        drafts.append(draft)
        content = .list(drafts)
        return draft
    }

    /// A draft for a member of the object.
    func member(_ name: String) -> ValueDraft {
        let draft = ValueDraft()
        guard case .object(var drafts) = content else { return draft }
        content = .object([])
        drafts.append((name, draft))
        content = .object(drafts)
        return draft
    }
}
