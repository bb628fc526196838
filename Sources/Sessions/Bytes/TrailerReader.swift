/// Reads the numbers at the end of a plaintext, the highest byte first.
struct TrailerReader {
    /// Where the numbers begin; nil when the plaintext is too short to hold them, and then nothing may be read.
    let start: Int?
    private var position: Int

    init(_ bytes: Span<UInt8>, length: Int) {
        start = bytes.count >= length ? bytes.count - length : nil
        position = bytes.count - length
    }

    /// The next number.
    mutating func next<Number: FixedWidthInteger & UnsignedInteger>(_ bytes: Span<UInt8>) -> Number {
        var number: Number = 0
        for _ in 0..<Number.bitWidth / 8 {
            number = number << 8 | Number(bytes[position])
            position += 1
        }
        return number
    }
}
