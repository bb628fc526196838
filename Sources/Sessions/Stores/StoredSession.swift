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
    // Made once: every request of the session is sent upstream with it.
    let idText: [UInt8]

    /// Holds what a store found.
    public init(key: StoreKey, values: StoredValues, birth: Int64, lastSeen: Int64) {
        self.key = key
        self.values = values
        self.birth = birth
        self.lastSeen = lastSeen
        idText = key.id.text
    }
}
