extension [UInt8] {
    /// Appends an unsigned number: below 128 one byte, else the negated count of its bytes and these, the highest first.
    mutating func appendGob(unsigned number: UInt64) {
        if number < 128 {
            append(UInt8(number))
            return
        }
        let count = (64 - number.leadingZeroBitCount + 7) / 8
        append(UInt8(truncatingIfNeeded: -count))
        for place in stride(from: (count - 1) * 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: number >> UInt64(place)))
        }
    }

    /// Appends a signed number: the sign is the lowest bit.
    mutating func appendGob(_ number: Int64) {
        appendGob(unsigned: UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    /// Appends a length and these bytes.
    mutating func appendGob(_ bytes: some Collection<UInt8>) {
        appendGob(unsigned: UInt64(bytes.count))
        append(contentsOf: bytes)
    }
}
