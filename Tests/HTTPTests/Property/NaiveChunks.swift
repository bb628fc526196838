/// A chunked body without extensions read in the plainest way, as a whole: cut line by line, number by number.
struct NaiveChunks: Equatable {
    var body: [UInt8] = []
    var consumed = 0
    /// The names of the trailer fields, in small letters.
    var trailers: [String] = []

    private static let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    private static let digits = Set("0123456789abcdefABCDEF".utf8)
}

extension NaiveChunks {
    /// Nil for what is not a whole, valid body.
    init?(_ bytes: [UInt8]) {
        self.init()
        while true {
            guard let line = nextLine(bytes), !line.isEmpty, line.count <= 16, line.allSatisfy(Self.digits.contains),
                let size = Int(String(decoding: line, as: UTF8.self), radix: 16)
            else { return nil }
            if size == 0 { break }
            guard size <= bytes.count - consumed else { return nil }
            body += bytes[consumed..<(consumed + size)]
            consumed += size
            guard nextLine(bytes)?.isEmpty == true else { return nil }
        }
        while let line = nextLine(bytes) {
            if line.isEmpty { return }
            let parts = line.split(separator: 58, maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(Self.token.contains),
                parts[1].allSatisfy({ $0 == 9 || ($0 >= 32 && $0 != 127) })
            else { return nil }
            trailers.append(String(decoding: parts[0], as: UTF8.self).lowercased())
        }
        return nil
    }

    /// The next line up to its CRLF; nil if a CR or LF stands alone, or there is none.
    private mutating func nextLine(_ bytes: [UInt8]) -> [UInt8]? {
        guard let end = bytes[consumed...].firstIndex(where: { $0 == 13 || $0 == 10 }), end + 1 < bytes.count,
            bytes[end] == 13, bytes[end + 1] == 10
        else { return nil }
        defer { consumed = end + 2 }
        return Array(bytes[consumed..<end])
    }
}
