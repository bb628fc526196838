/// Where a part of a message lies, in bytes from the first byte of the span it was parsed from.
public struct ByteRange: Sendable, Equatable {
    /// The offset of the first byte.
    public var lower: UInt32
    /// The offset after the last byte.
    public var upper: UInt32

    /// A range from the byte at `lower` to the one before `upper`.
    ///
    /// Both fit 32 bits and `lower <= upper`.
    public init(_ lower: Int, _ upper: Int) {
        precondition(lower <= upper)
        self.lower = UInt32(lower)
        self.upper = UInt32(upper)
    }

    /// The number of bytes.
    public var count: Int { Int(upper) - Int(lower) }

    /// Whether the range holds no byte.
    public var isEmpty: Bool { lower == upper }

    /// The same range for a `Span`'s `extracting` and subscripts.
    public var range: Range<Int> { Int(lower)..<Int(upper) }

    /// No bytes, at the start.
    public static var empty: ByteRange { ByteRange(0, 0) }
}
