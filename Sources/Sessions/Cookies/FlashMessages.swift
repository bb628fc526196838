/// Flash messages: kinds, each with its messages, in the order they were added.
public struct FlashMessages: Sendable, Equatable {
    private var kinds = Members()

    /// No messages.
    init() {}

    /// Whether there are none.
    public var isEmpty: Bool { kinds.isEmpty }

    /// The kinds there are messages of, in order.
    public var kindNames: [String] { kinds.list.map(\.name) }

    /// The messages of one kind.
    public subscript(kind: String) -> [String] {
        kinds[kind].flatMap([String].init(value:)) ?? []
    }

    /// Adds a message.
    mutating func add(_ message: String, kind: String) {
        add([.string(message)], kind: kind)
    }

    /// Adds all of another's messages after these.
    mutating func add(_ other: FlashMessages) {
        for member in other.kinds.list {
            if case .array(let messages) = member.value { add(messages, kind: member.name) }
        }
    }

    /// Reads `{"success":"Saved.","danger":["…"]}`: for each kind a text or a list of texts.
    ///
    /// - Throws: why it is not that.
    init(json: Span<UInt8>, field: String) throws(SaveError) {
        for member in try SessionChanges.object(json, field: field).list {
            switch member.value {
            case .string: add([member.value], kind: member.name)
            case .array(let messages):
                guard [String](value: member.value) != nil else {
                    throw .malformed(field: field, why: "a message is a string")
                }
                add(messages, kind: member.name)
            default: throw .malformed(field: field, why: "the messages of a kind are a string or a list of strings")
            }
        }
    }

    /// The messages as the ASCII text of `X-Flash`.
    public var json: [UInt8] { JSON.text(of: kinds) }

    private mutating func add(_ messages: [Value], kind: String) {
        guard !messages.isEmpty else { return }
        if case .array(let earlier)? = kinds[kind] {
            kinds[kind] = .array(earlier + messages)
        } else {
            kinds[kind] = .array(messages)
        }
    }
}
