import HTTP
import Testing

@Suite("Mutated requests")
struct MutationTests {
    private static let seeds = [
        "GET /a?b HTTP/1.1\r\nHost: example.com:80\r\nAccept: */*\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nConnection: close, x-a\r\n\r\n",
        "PUT /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: a\r\nX: y\r\n\r\n",
        "\r\nGET / HTTP/1.0\r\nX-Long: some words, and more\r\n\r\n",
    ]
    private static let bytes: [UInt8] = Array(" \t\r\n:,;/0159aAzZ\0\u{7F}\"%#@_-+*".utf8) + [0x80, 0xFF]

    @Test(arguments: 0..<4)
    func `the parser takes and refuses what a naive reader does, and sees the same`(_ seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var taken = 0
        for _ in 0..<20_000 {
            var bytes = Array(Self.seeds[seed].utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, &random) }
            let naive = NaiveRequest(bytes)
            let parsed = try? request(bytes)
            if naive != nil { taken += 1 }
            guard Self.reduce(parsed) == naive else {
                Issue.record("\(String(decoding: bytes, as: UTF8.self).debugDescription): \(String(describing: naive))")
                return
            }
        }
        #expect(taken > 1000 && taken < 19_000)
    }

    @Test func `a mutated request byte by byte is the same as whole`() {
        var random = SplitMix(seed: 99)
        for _ in 0..<2000 {
            var bytes = Array(Self.seeds[Int.random(in: 0..<4, using: &random)].utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, &random) }
            #expect(outcome(bytes, step: 1) == outcome(bytes, step: max(1, bytes.count)))
        }
    }

    @Test func `the chunked decoder takes and refuses what a naive reader does, and sees the same`() {
        var random = SplitMix(seed: 7)
        let seed = Array("5\r\nhello\r\n0A\r\n0123456789\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\nY:2\r\n\r\nGET /".utf8)
        var taken = 0
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, &random) }
            // The naive reader knows no extensions.
            bytes.removeAll { $0 == UInt8(ascii: ";") }
            var naive = NaiveChunks(bytes)
            naive?.trailers.removeAll { !isAllowedInTrailers(FieldName.classify($0.utf8Span.span)) }
            if naive != nil { taken += 1 }
            guard Self.chunks(bytes) == naive else {
                Issue.record("\(String(decoding: bytes, as: UTF8.self).debugDescription): \(String(describing: naive))")
                return
            }
        }
        #expect(taken > 1000 && taken < 19_000)
    }

    /// The decoder's view in the naive reader's words.
    private static func chunks(_ bytes: [UInt8]) -> NaiveChunks? {
        var decoder = ChunkedDecoder(limits: HeadLimits())
        var seen = NaiveChunks()
        while true {
            switch try? decoder.next(bytes.span, at: &seen.consumed) {
            case nil, .needMore: return nil
            case .data(let range): seen.body += bytes[range]
            case .end:
                let names = decoder.trailers.map {
                    String(decoding: decoder.trailerBytes[$0.name.range], as: UTF8.self)
                }
                seen.trailers = names.map { $0.lowercased() }
                return seen
            }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        let index = Int.random(in: 0..<bytes.count, using: &random)
        let byte = Self.bytes[Int.random(in: 0..<Self.bytes.count, using: &random)]
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[index] = byte
        case 1: bytes.insert(byte, at: index)
        case 2: bytes.remove(at: index)
        case 3:
            let line = Array("Host: b\r\nContent-Length: 3\r\nTransfer-Encoding: gzip\r\nX: 1\r\n".utf8)
            bytes.insert(contentsOf: line[Int.random(in: 0..<line.count, using: &random)...].prefix(12), at: index)
        default:
            let other = Int.random(in: 0..<bytes.count, using: &random)
            bytes.swapAt(index, other)
        }
    }

    /// The parser's view in the naive reader's words; nil also for the target forms that one does not know.
    private static func reduce(_ parsed: ParsedRequest?) -> NaiveRequest? {
        guard let parsed, parsed.head.form == .origin else { return nil }
        return NaiveRequest(parsed)
    }
}

extension NaiveRequest {
    fileprivate init(_ parsed: ParsedRequest) {
        let head = parsed.head
        self.init(
            method: parsed.text(head.methodName),
            target: parsed.text(head.target),
            minor: head.version == .http11 ? 1 : 0,
            fields: head.fields.map { [parsed.text($0.name), parsed.text($0.value)] },
            isClosed: head.version == .http11 && !head.persistent
        )
        host = head.authority.isEmpty ? nil : parsed.text(head.authority)
        if case .length(let count) = head.body { length = count }
        isChunked = head.body == .chunked
    }
}
