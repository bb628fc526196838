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
