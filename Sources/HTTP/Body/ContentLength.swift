/// Reads a Content-Length value the strict way: digits only, no list, no more than 63 bits (RFC 9110 section 8.6).
enum ContentLength {
    static func parse(_ value: Span<UInt8>) -> UInt64? {
        guard !value.isEmpty else { return nil }
        var length: UInt64 = 0
        for index in value.indices {
            guard value[index].isDigit else { return nil }
            // 63 bits, so that the sum of two lengths, and a signed number made of one, cannot overflow either.
            guard length <= UInt64(Int64.max) / 10 else { return nil }
            length = length * 10 + UInt64(value[index] - 0x30)
        }
        return length <= UInt64(Int64.max) ? length : nil
    }
}
