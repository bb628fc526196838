/// What stands in front of each part of a sealed text that is spread over several cookies:
/// `k ‖ generation 8 ‖ index 1 ‖ count 1`, all of them characters of base64url.
///
/// No text that is sealed whole begins with a `k`. The generation is the end of the sealed text, that is of its
/// authentication code: parts of two versions are not taken for one, and what was put together wrongly all the same
/// does not open.
struct ChunkHeader: Equatable {
    static let length = 11

    private static let first = UInt8(ascii: "k")
    private static let generationLength = 8

    let generation: UInt64
    let index: Int
    let count: Int

    /// The header of a part of a sealed text.
    init(of text: [UInt8], index: Int, count: Int) {
        generation = text.suffix(ChunkHeader.generationLength).reduce(0) { $0 << 8 | UInt64($1) }
        self.index = index
        self.count = count
    }

    /// Reads the header of a cookie's value; nil when it is no part of a text.
    init?(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        let start = value.lowerBound
        guard value.count > ChunkHeader.length, bytes[start] == ChunkHeader.first,
            let index = hexValue(bytes[start + 9]), let count = hexValue(bytes[start + 10]),
            index < count, (2...CookieSessions.mostChunks).contains(Int(count))
        else { return nil }
        var generation: UInt64 = 0
        for place in start + 1..<start + 9 { generation = generation << 8 | UInt64(bytes[place]) }
        self.generation = generation
        self.index = Int(index)
        self.count = Int(count)
    }

    func append(to text: inout [UInt8]) {
        text.append(ChunkHeader.first)
        appendBigEndian(generation, to: &text)
        text.append(hexDigit(UInt8(index)))
        text.append(hexDigit(UInt8(count)))
    }
}
