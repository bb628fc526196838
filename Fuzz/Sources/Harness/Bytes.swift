extension [UInt8] {
    /// A copy of a part of a span.
    public init(_ span: Span<UInt8>, _ range: Range<Int>) {
        self.init()
        reserveCapacity(range.count)
        for index in range { append(span[index]) }
    }
}
