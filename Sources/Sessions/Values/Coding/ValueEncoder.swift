extension Value {
    /// Makes a value of an `Encodable` type.
    ///
    /// - Throws: `EncodingError` for infinities and NaN, which JSON cannot say, or what the type itself throws.
    public init(encoding wanted: some Encodable) throws {
        let draft = ValueDraft()
        try ValueEncoder(draft: draft, codingPath: []).encode(wanted)
        self = draft.value
    }
}

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
        if case .list(let drafts) = content { content = .list(drafts + [draft]) }
        return draft
    }

    /// A draft for a member of the object.
    func member(_ name: String) -> ValueDraft {
        let draft = ValueDraft()
        if case .object(let drafts) = content { content = .object(drafts + [(name, draft)]) }
        return draft
    }
}

/// Takes what a type's `encode(to:)` says.
struct ValueEncoder: Encoder, SingleValueEncodingContainer {
    let draft: ValueDraft
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        draft.beginObject()
        return KeyedEncodingContainer(KeyedValueEncoder<Key>(draft: draft, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        draft.beginList()
        return ListEncoder(draft: draft, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        self
    }

    func encodeNil() {
        draft.write(.null)
    }

    /// Numbers, texts and the like are written at once; every other type takes itself apart.
    func encode(_ wanted: some Encodable) throws {
        if let number = wanted as? any BinaryFloatingPoint, !number.isFinite {
            let context = EncodingError.Context(codingPath: codingPath, debugDescription: "JSON has no such number")
            throw EncodingError.invalidValue(wanted, context)
        }
        // Lists are taken apart, so that the numbers in them are looked at too.
        if let plain = wanted as? any ValueConvertible, !(wanted is any Collection) || wanted is String {
            draft.write(plain.value)
        } else {
            try wanted.encode(to: self)
        }
    }
}

/// Takes the members of an object.
struct KeyedValueEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let draft: ValueDraft
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) {
        draft.member(key.stringValue).write(.null)
    }

    func encode(_ wanted: some Encodable, forKey key: Key) throws {
        try encoder(key).encode(wanted)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        ValueEncoder(draft: draft.member("super"), codingPath: codingPath)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        encoder(key)
    }

    private func encoder(_ key: Key) -> ValueEncoder {
        ValueEncoder(draft: draft.member(key.stringValue), codingPath: codingPath + [key])
    }
}

/// Takes the elements of a list.
struct ListEncoder: UnkeyedEncodingContainer {
    let draft: ValueDraft
    let codingPath: [any CodingKey]

    var count: Int { draft.count }

    func encodeNil() {
        draft.append().write(.null)
    }

    func encode(_ wanted: some Encodable) throws {
        try encoder().encode(wanted)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        encoder().unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        encoder()
    }

    private func encoder() -> ValueEncoder {
        ValueEncoder(draft: draft.append(), codingPath: codingPath + [ListKey(count)])
    }
}
