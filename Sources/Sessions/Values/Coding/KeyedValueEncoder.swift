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
