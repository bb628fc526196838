/// What one answer changes in a stored session: operations on names, never a whole.
///
/// A store does them in this order, all in one step: consume, delete, set. No name is both deleted and set, or set twice.
public struct StoreOperations: Sendable, Equatable {
    /// A value that was handed out once.
    public struct Consumed: Sendable, Equatable {
        /// Its name as JSON text.
        public let name: [UInt8]
        /// Which storing of it: the value is removed only while it has this stamp.
        public let stamp: UInt64

        /// Names a value that was handed out.
        public init(name: [UInt8], stamp: UInt64) {
            self.name = name
            self.stamp = stamp
        }
    }

    /// Removed if they are still the values that were handed out.
    public var consumes: [Consumed] = []
    /// Names as JSON text, removed whatever they are.
    public var deletes: [[UInt8]] = []
    /// Stored under their names, in this order.
    public var sets: [StoredValues.Entry] = []
    /// When the session is said to have got its id or its subject, in seconds since 1970; nil: as it was.
    public var issued: Int64?

    /// Nothing: the session is touched only.
    public init() {}

    /// Whether no value is changed.
    public var isEmpty: Bool { consumes.isEmpty && deletes.isEmpty && sets.isEmpty }
}
