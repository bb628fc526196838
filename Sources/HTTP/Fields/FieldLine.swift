/// A field line: where its name and value lie, and which field it is (RFC 9112 section 5).
public struct FieldLine: Sendable, Equatable {
    /// The name, in the spelling received.
    public var name: ByteRange
    /// The value without the white space around it.
    public var value: ByteRange
    /// Which field it is.
    public var id: FieldName

    /// A field line of these parts.
    public init(name: ByteRange, value: ByteRange, id: FieldName) {
        self.name = name
        self.value = value
        self.id = id
    }
}
