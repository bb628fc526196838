/// A session as a store gave it out: what it held at that moment, which never changes.
///
/// A reference, so that the memory store hands it out without a copy.
public final class StoredSession: Sendable {
    /// Where the store has it.
    public let key: StoreKey
    /// Its values.
    public let values: StoredValues
    /// When it was born, in seconds since 1970.
    public let birth: Int64
    /// When it was last seen, in seconds since 1970.
    public let lastSeen: Int64
    /// When it got its id or its subject, in seconds since 1970; its birth, where nobody said.
    public let issued: Int64
    // Made once: every request of the session is sent upstream with it.
    let idText: [UInt8]

    /// Holds what a store found.
    public init(key: StoreKey, values: StoredValues, birth: Int64, lastSeen: Int64, issued: Int64? = nil) {
        self.key = key
        self.values = values
        self.birth = birth
        self.lastSeen = lastSeen
        self.issued = issued ?? birth
        idText = key.id.text
    }
}
