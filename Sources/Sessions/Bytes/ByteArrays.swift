extension [UInt8] {
    /// A copy of a span's bytes.
    init(copying span: Span<UInt8>) {
        self.init()
        reserveCapacity(span.count)
        for place in span.indices { append(span[place]) }
    }
}

/// Appends a number's bytes, the highest first.
func appendBigEndian(_ number: some FixedWidthInteger & UnsignedInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
}
