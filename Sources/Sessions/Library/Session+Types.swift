extension Session {
    /// Stores a value of a registered type.
    ///
    /// - Throws: `SessionTypeError` when nobody registered the type, `EncodingError` for a number JSON cannot say, or what
    ///   the type itself throws.
    @_disfavoredOverload
    public mutating func set<Registered: Codable & Sendable>(_ name: String, _ value: Registered) throws {
        set(name, SessionTypes.tag(try Value(encoding: value), try types.name(of: Registered.self)))
    }

    /// The value under a name as a registered type; nil when there is none, or one of another type.
    ///
    /// - Throws: `SessionTypeError` when nobody registered the type, `DecodingError` when the type has changed and does not
    ///   take what was stored, or what the type itself throws.
    @_disfavoredOverload
    public func get<Registered: Codable & Sendable>(_ name: String, as type: Registered.Type) throws -> Registered? {
        let wanted = try types.name(of: type)
        guard let (found, value) = tagged(name), found == wanted else { return nil }
        return try value.decode(type)
    }

    /// The value under a name as whichever registered type it is of; nil when there is none, or one without a type.
    ///
    /// - Throws: as `get(_:as:)`; of a type that nobody registered there is no value.
    public func getRegistered(_ name: String) throws -> (any Codable & Sendable)? {
        guard let (found, value) = tagged(name) else { return nil }
        return try decode(value, as: types.type(found))
    }

    private func decode<Registered: Codable & Sendable>(
        _ value: Value,
        as type: Registered.Type
    ) throws -> any Codable & Sendable {
        try value.decode(type)
    }

    /// A value that was set here, or that a store shows, or that came from Go and stays unread else.
    private func tagged(_ name: String) -> (name: String, value: Value)? {
        if let value = get(name) { return SessionTypes.tagged(value) }
        guard !isCleared, !deleted.contains(name), let map = opened.gorilla?.map, let entry = map[name],
            let value = map.structured(entry)
        else { return nil }
        // Go's name of a pointer's type has a star; both are the same in gob.
        let type = entry.name.first == UInt8(ascii: "*") ? entry.name.dropFirst() : entry.name[...]
        return (String(decoding: type, as: UTF8.self), value)
    }
}

extension SessionStore {
    /// Finds a request's session, whose values may be of these types.
    ///
    /// - Throws: as `load(from:)`.
    public func load(from request: SessionRequest, types: SessionTypes) async throws(SaveError) -> Session {
        var session = try await load(from: request)
        session.types = types
        return session
    }
}
