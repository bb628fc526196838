extension Value {
    /// Reads a `Decodable` type out of the value.
    ///
    /// - Throws: `DecodingError` when the value has another form, or what the type itself throws.
    public func decode<Wanted: Decodable>(_ type: Wanted.Type = Wanted.self) throws -> Wanted {
        try ValueDecoder(value: self, codingPath: []).decode(type)
    }
}

/// Hands a value to a type's `init(from:)`.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
    let value: Value
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch([String: Value].self) }
        return KeyedDecodingContainer(KeyedValueDecoder<Key>(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let values) = value else { throw mismatch([Value].self) }
        return ListDecoder(values: values, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        self
    }

    func decodeNil() -> Bool {
        value == .null
    }

    /// Numbers, texts and the like are read at once; every other type takes itself apart.
    func decode<Wanted: Decodable>(_ type: Wanted.Type) throws -> Wanted {
        guard let plain = type as? any ValueConvertible.Type else { return try Wanted(from: self) }
        guard let wanted = plain.init(value: value) as? Wanted else { throw mismatch(type) }
        return wanted
    }

    private func mismatch(_ type: Any.Type) -> DecodingError {
        .typeMismatch(type, .init(codingPath: codingPath, debugDescription: "the session's value is of another kind"))
    }
}
