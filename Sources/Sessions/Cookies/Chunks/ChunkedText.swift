/// Spreads a sealed text that is too long for one cookie over several, and puts it together again.
enum ChunkedText {
    /// How many texts are put together for a request at most: it may have cookies of several scopes.
    private static let mostTexts = 4

    /// How many cookies a text takes.
    static func count(forLength length: Int, name: [UInt8]) -> Int {
        if name.count + length <= CookieSessions.largestCookie { return 1 }
        var (count, room) = (0, 0)
        while room < length {
            room += self.room(count, name)
            count += 1
        }
        return count
    }

    /// The longest text that so many cookies hold.
    static func capacity(_ count: Int, name: [UInt8]) -> Int {
        if count == 1 { return CookieSessions.largestCookie - name.count }
        return (0..<count).reduce(0) { $0 + room($1, name) }
    }

    /// The values of the cookies that hold a text.
    static func split(_ text: [UInt8], name: [UInt8]) -> [[UInt8]] {
        let count = count(forLength: text.count, name: name)
        if count == 1 { return [text] }
        var values: [[UInt8]] = []
        var rest = text[...]
        for index in 0..<count {
            var value: [UInt8] = []
            value.reserveCapacity(CookieSessions.largestCookie)
            ChunkHeader(of: text, index: index, count: count).append(to: &value)
            let part = rest.prefix(room(index, name))
            value.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
            values.append(value)
        }
        return values
    }

    /// The texts of which a request has all parts; `firsts` are the cookies of the name itself.
    static func texts(_ bytes: Span<UInt8>, firsts: [Range<Int>], _ chunks: [CookieChunk]) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        var seen: [ChunkHeader] = []
        for first in firsts where texts.count < mostTexts {
            guard let header = ChunkHeader(bytes, first), header.index == 0, !seen.contains(header) else { continue }
            seen.append(header)
            if let text = text(bytes, header, first, chunks) { texts.append(text) }
        }
        return texts
    }

    private static func text(
        _ bytes: Span<UInt8>,
        _ header: ChunkHeader,
        _ first: Range<Int>,
        _ chunks: [CookieChunk]
    ) -> [UInt8]? {
        var text = part(bytes, first)
        for index in 1..<header.count {
            let found = chunks.first { chunk in
                guard chunk.number == index, let other = ChunkHeader(bytes, chunk.value) else { return false }
                return other.generation == header.generation && other.index == index && other.count == header.count
            }
            guard let found else { return nil }
            text += part(bytes, found.value)
        }
        return text
    }

    private static func part(_ bytes: Span<UInt8>, _ value: Range<Int>) -> [UInt8] {
        [UInt8](copying: bytes.extracting(value.lowerBound + ChunkHeader.length..<value.upperBound))
    }

    /// The room for text in one of several cookies.
    private static func room(_ number: Int, _ name: [UInt8]) -> Int {
        CookieSessions.largestCookie - CookieChunk.name(number, of: name).count - ChunkHeader.length
    }
}
