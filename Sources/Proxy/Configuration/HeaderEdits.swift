/// Changes a route makes to the fields of a message, in this order: remove, set, add.
public struct HeaderEdits: Sendable, Equatable {
    /// A field as it is written into a message.
    public struct Field: Sendable, Equatable {
        /// The name as written in the file.
        public var name: String
        /// The value, without CR, LF and NUL.
        public var value: String

        /// Names a value.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Fields that replace every line of their name.
    public var set: [Field] = []
    /// Field lines put behind those there are.
    public var add: [Field] = []
    /// Names whose lines are removed.
    public var remove: [String] = []

    /// No change.
    public init() {}

    /// Whether nothing is changed.
    public var isEmpty: Bool { self.set.isEmpty && add.isEmpty && remove.isEmpty }
}
