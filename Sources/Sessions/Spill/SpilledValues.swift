import Crypto

extension StoreOperations {
    /// Stores the values of a session that comes from its cookie.
    ///
    /// Values to be handed out once get stamps that follow from name and value: a request that was handed one by the cookie
    /// finds it by that, and consumes no other.
    init(adopting values: SessionValues) {
        for member in values.members.list {
            let name = JSON.text(of: member.name)
            let text = JSON.text(of: member.value)
            let stamp = values.isOnce(member.name) ? StoreOperations.stamp(name, text) : 0
            sets.append(.init(name: name, text: text, stamp: stamp))
        }
    }

    private static func stamp(_ name: [UInt8], _ text: [UInt8]) -> UInt64 {
        // The name ends with its quote.
        let digest = Array(SHA256.hash(data: name + text))
        // 0 stands for an ordinary value.
        return max(1, digest[..<8].reduce(0) { $0 << 8 | UInt64($1) })
    }
}

extension StoredValues {
    /// The values of a session that comes from its cookie.
    init(adopting values: SessionValues) {
        self.init()
        apply(StoreOperations(adopting: values))
    }
}

extension SessionRecord {
    /// The values, with those to be handed out once.
    var values: SessionValues {
        // Only this library writes records, and what it writes is an object.
        guard var values = try? SessionValues(json: json.span) else { return SessionValues() }
        values.markOnce(onceNames)
        return values
    }
}

extension OpenedSession {
    /// The session as the request brought it in its cookie, where it has moved to a server store since: what the answer asks
    /// for is worked out, and stored, as if the request had found it there.
    ///
    /// `isRenewed` says whether it has got another id with that, whose token is not for this request.
    func moved(to token: SessionToken, isRenewed: Bool) -> OpenedSession {
        guard let identity else { return self }
        let key = token.key
        let values = StoredValues(adopting: SessionChange.values(of: self))
        var moved = self
        moved.stored = StoredSession(
            key: key,
            values: values,
            birth: identity.birth,
            lastSeen: identity.lastSeen,
            issued: identity.issued
        )
        moved.token = isRenewed ? nil : token
        moved.isSuperseded = !isRenewed
        moved.identity?.id = key.id
        moved.once = values.onceNames
        moved.keyIndex = 0
        return moved
    }
}
