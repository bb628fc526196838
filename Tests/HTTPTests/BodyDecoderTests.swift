import HTTP
import Testing

@Suite("Body decoder")
struct BodyDecoderTests {
    private let bytes = Array("abcdef".utf8)

    @Test(arguments: [BodyFraming.none, .length(0)])
    func `an empty body is complete before any byte`(_ framing: BodyFraming) throws {
        var decoder = BodyDecoder(framing, limits: HeadLimits())
        var offset = 0
        #expect(decoder.isComplete && decoder.mayEndWithConnection)
        #expect(try decoder.next(bytes.span, at: &offset) == .end)
        #expect(offset == 0)
    }

    @Test func `a length is counted down and nothing behind it is taken`() throws {
        var decoder = BodyDecoder(.length(8), limits: HeadLimits())
        var offset = 0
        #expect(try decoder.next(bytes.span, at: &offset) == .data(0..<6))
        #expect(try decoder.next(bytes.span, at: &offset) == .needMore)
        #expect(!decoder.isComplete && !decoder.mayEndWithConnection)
        offset = 1
        #expect(try decoder.next(bytes.span, at: &offset) == .data(1..<3))
        #expect(decoder.isComplete)
        #expect(try decoder.next(bytes.span, at: &offset) == .end)
        #expect(offset == 3)
    }

    @Test func `a body until close has no end of its own`() throws {
        var decoder = BodyDecoder(.untilClose, limits: HeadLimits())
        var offset = 0
        #expect(try decoder.next(bytes.span, at: &offset) == .data(0..<6))
        #expect(try decoder.next(bytes.span, at: &offset) == .needMore)
        #expect(!decoder.isComplete && decoder.mayEndWithConnection)
    }

    @Test func `S9 a chunked body without its last chunk may not end with the connection`() throws {
        let chunk = Array("1\r\na\r\n0\r\nX: y\r\n\r\n".utf8)
        var decoder = BodyDecoder(.chunked, limits: HeadLimits())
        var offset = 0
        #expect(try decoder.next(chunk.span.extracting(first: 8), at: &offset) == .data(3..<4))
        #expect(try decoder.next(chunk.span.extracting(first: 8), at: &offset) == .needMore)
        #expect(!decoder.mayEndWithConnection)
        #expect(try decoder.next(chunk.span, at: &offset) == .end)
        #expect(decoder.isComplete && decoder.trailers.count == 1)
        #expect(String(decoding: decoder.trailerBytes, as: UTF8.self) == "X: y\r\n")
    }
}
