import HTTP
import Testing

@Suite("Chunked decoder")
struct ChunkedDecoderTests {
    /// What a decoder makes of bytes that arrive in these pieces.
    struct Outcome: Equatable {
        var body = ""
        var isEnd = false
        var trailers = ""
        var consumed = 0
        var error: FramingError?
    }

    static func decode(_ text: String, cuts: [Int] = [], limits: HeadLimits = HeadLimits()) -> Outcome {
        let bytes = Array(text.utf8)
        var decoder = ChunkedDecoder(limits: limits)
        var outcome = Outcome()
        var start = 0
        for end in cuts + [bytes.count] {
            let piece = Array(bytes[start..<end])
            start = end
            var offset = 0
            do throws(FramingError) {
                reading: while true {
                    switch try decoder.next(piece.span, at: &offset) {
                    case .needMore: break reading
                    case .data(let range): outcome.body += String(decoding: piece[range], as: UTF8.self)
                    case .end:
                        outcome.isEnd = true
                        break reading
                    }
                }
            } catch {
                outcome.error = error
                return outcome
            }
            outcome.consumed += offset
            if !outcome.isEnd { #expect(decoder.trailers.isEmpty && decoder.trailerBytes.isEmpty) }
        }
        outcome.trailers = String(decoding: decoder.trailerBytes, as: UTF8.self)
        return outcome
    }

    static let bodies = [
        "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\nrest", "1\r\na\r\n1\r\nb\r\n00000\r\n\r\n",
        "A;x=y\r\n0123456789\r\n0;z\r\n\r\n",
        "2;a=\"b\\\"\t;\"; c = d;e\r\nhi\r\n0\r\nX-Sum: 1\r\nHost: b\r\nY:2\r\n\r\nGET",
        "0\r\nX\r\n\r\n", "5\r\nhellox\r\n", "g\r\n", "3\r\nab", "5\nhello", "0\r\n\n", "1;\r\na\r\n",
        "0\r\nA: 1\r\n b\r\n\r\n",
    ]

    @Test(arguments: bodies)
    func `a body cut anywhere decodes as the whole`(_ text: String) {
        let whole = Self.decode(text)
        let count = text.utf8.count
        for cut in 0...count {
            #expect(Self.decode(text, cuts: [cut]) == whole || whole.error != nil)
            for second in cut...count where text.utf8.count < 40 {
                let outcome = Self.decode(text, cuts: [cut, second])
                #expect(outcome.error == whole.error && outcome.body == whole.body)
            }
        }
        let bytewise = Self.decode(text, cuts: Array(0..<count))
        #expect(bytewise.error == whole.error && bytewise.body == whole.body)
        #expect(bytewise.trailers == whole.trailers && (whole.error != nil || bytewise.consumed == whole.consumed))
    }

    @Test func `nothing behind the end is taken`() {
        let outcome = Self.decode("5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1")
        #expect(outcome.isEnd && outcome.body == "hello" && outcome.consumed == 15)
    }

    @Test func `H10 trailers are kept apart, and those that may not be forwarded are dropped`() {
        let outcome = Self.decode(
            "0\r\nX-Sum:  1 \r\nContent-Length: 4\r\nhost: b\r\nX-Session-Set: {}\r\nIf-Match: *\r\nY:\r\n\r\n"
        )
        #expect(outcome.trailers == "X-Sum: 1\r\nY: \r\n")
    }

    @Test func `the trailer lines are ranges of the trailer bytes`() throws {
        let bytes = Array("0\r\nVia: x\r\nX-Sum:abc\r\n\r\n".utf8)
        var decoder = ChunkedDecoder(limits: HeadLimits())
        var offset = 0
        #expect(try decoder.next(bytes.span, at: &offset) == .end)
        #expect(try decoder.next(bytes.span, at: &offset) == .end)
        #expect(offset == bytes.count)
        let line = try #require(decoder.trailers.first)
        #expect(decoder.trailers.count == 1)
        #expect(String(decoding: decoder.trailerBytes[line.name.range], as: UTF8.self) == "X-Sum")
        #expect(String(decoding: decoder.trailerBytes[line.value.range], as: UTF8.self) == "abc")
    }

    @Test(arguments: [
        "\r\n", " 5\r\n", "5 \r\n", "+5\r\n", "-5\r\n", "0x5\r\n", "5_0\r\n", "5,\r\n", "x\r\n", "5\r\r\n", "5\n",
        "5\rX", ";a\r\n", "5h\r\n", "5\t;a\r\n", "5\0\r\n",
    ])
    func `F6 a chunk size is hexadecimal digits and CRLF`(_ text: String) {
        #expect(Self.decode(text).error == .malformedChunkSize)
    }

    @Test func `F6 a chunk size over 63 bits or sixteen digits is refused`() {
        #expect(Self.decode("7FFFFFFFFFFFFFFF\r\n").error == nil)
        #expect(Self.decode("8000000000000000\r\n").error == .chunkTooLarge)
        #expect(Self.decode("FFFFFFFFFFFFFFFFF\r\n").error == .chunkTooLarge)
        #expect(Self.decode("00000000000000000").error == .chunkTooLarge)
        #expect(Self.decode("0000000000000001\r\na\r\n").body == "a")
    }

    @Test(arguments: [
        "1;\r\n", "1;a=\r\n", "1;a;\r\n", "1;=b\r\n", "1;a\0\r\n", "1;a\n", "1;\"a\"\r\n", "1;a=\"b\r\n",
        "1;a=\"\u{1}\"\r\n", "1;a b\r\n", "1;a=b c\r\n", "1;a=b=c\r\n", "1;a=\"b\"c\r\n", "1;a \r\n", "1;a=\"\n\"\r\n",
    ])
    func `F6 a malformed chunk extension is refused`(_ text: String) {
        #expect(Self.decode(text).error == .malformedChunkExtension)
    }

    @Test func `F6 a bare CR in a chunk extension is refused`() {
        #expect(Self.decode("1;a\rX").error == .malformedChunkSize)
    }

    @Test func `F6 the extensions of one chunk are at most 1024 bytes, of many chunks any`() {
        let fits = "1;" + String(repeating: "a", count: 1024) + "\r\nx\r\n"
        #expect(Self.decode(String(repeating: fits, count: 20)).error == nil)
        #expect(Self.decode("1;" + String(repeating: "a", count: 1025)).error == .chunkExtensionTooLong)
    }

    @Test(arguments: ["1\r\naX", "1\r\na\n", "1\r\na\rX", "1\r\nab\r\n"])
    func `F6 a chunk ends with CRLF`(_ text: String) {
        #expect(Self.decode(text).error == .malformedChunkEnd)
    }

    @Test(arguments: ["0\r\n A: 1\r\n", "0\r\nA : 1\r\n", "0\r\nA\r\n", "0\r\nA: \0\r\n", "0\r\n\n", "0\r\nA: 1\n"])
    func `F8 trailer lines are as strict as head lines`(_ text: String) {
        #expect(Self.decode(text).error == .malformedTrailer)
        #expect(FramingError.malformedTrailer.status == 400)
    }

    @Test func `a trailer section has the limits of a head`() {
        let limits = HeadLimits(fields: 32, fieldCount: 2)
        #expect(Self.decode("0\r\nA: " + String(repeating: "a", count: 40), limits: limits).error == .trailersTooLarge)
        #expect(Self.decode("0\r\nA:\r\nB:\r\nC", limits: limits).error == .tooManyTrailers)
        #expect(Self.decode("0\r\nA:\r\nB:\r\n\r\n", limits: limits).trailers == "A: \r\nB: \r\n")
        #expect(FramingError.trailersTooLarge.status == 431 && FramingError.tooManyTrailers.status == 431)
    }

    @Test(arguments: [
        FieldName.contentLength, .transferEncoding, .host, .cookie, .setCookie, .authorization, .connection, .reserved,
        .xSessionSet, .ownedTwin, .xForwardedFor, .te, .trailer, .upgrade, .cacheControl, .expect,
    ])
    func `H10 a field that frames, routes or identifies is no trailer`(_ id: FieldName) {
        #expect(!isAllowedInTrailers(id))
        #expect(isAllowedInTrailers(.other))
    }
}
