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
