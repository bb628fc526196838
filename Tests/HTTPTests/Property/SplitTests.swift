import HTTP
import Testing

/// However a head is cut on its way, the outcome is the same.
@Suite("Heads in pieces")
struct SplitTests {
    @Test(arguments: Corpus.goodRequests + Corpus.badRequests)
    func `F9 a request byte by byte is the request as a whole`(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = outcome(bytes, step: bytes.count)
        for step in 1...7 { #expect(outcome(bytes, step: step) == whole) }
    }

    @Test(arguments: Corpus.goodRequests)
    func `a good request is complete with its last byte and not before`(_ text: String) throws {
        let bytes = Array(text.utf8)
        #expect(throws: TestError.self) { try request(Array(bytes.dropLast())) }
        #expect(try request(bytes).head.length == bytes.count)
        #expect(try request(bytes + Array("GET ".utf8)).head.length == bytes.count)
    }

    @Test(arguments: Corpus.badRequests)
    func `a bad request is refused with a status and a reason`(_ text: String) throws {
        let error = try #require(throws: RequestError.self) { try request(text) }
        #expect((400...505).contains(error.status))
        #expect(!error.reason.description.isEmpty)
    }

    @Test(arguments: Corpus.goodResponses + Corpus.badResponses)
    func `a response byte by byte is the response as a whole`(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = responseOutcome(bytes, step: bytes.count)
        for step in 1...7 { #expect(responseOutcome(bytes, step: step) == whole) }
    }

    @Test(arguments: Corpus.badResponses)
    func `a bad response is refused with a reason`(_ text: String) throws {
        let error = try #require(throws: ResponseError.self) { try response(text) }
        #expect(!error.reason.description.isEmpty)
    }

    @Test func `limits are met at the same byte however the head is cut`() {
        let limits = HeadLimits(requestLine: 20, fields: 30, fieldCount: 2)
        let line = "GET /abcdefgh HTTP/1.1\r\n"
        for text in [
            line, "GET / HTTP/1.1\r\nHost: abcdefghijklmnopqrstuvw\u{1}",
            "GET / HTTP/1.1\r\nA: 1\r\nB: 1\r\nC: 1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: abcdefghijklmnopq\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: abcdefghijklmnopqrstuvw\r\n\r\n",
            String(repeating: "\r\n", count: 3), "GET /abc HTTP/1.1\r\n",
        ] {
            let bytes = Array(text.utf8)
            #expect(
                outcome(bytes, step: 1, limits: limits) == outcome(bytes, step: bytes.count, limits: limits),
                "\(text)"
            )
        }
    }
}

/// What a parser fed in steps says, as text to compare.
func outcome(_ bytes: [UInt8], step: Int, limits: HeadLimits = HeadLimits()) -> String {
    var parser = RequestHeadParser(limits: limits)
    var head = RequestHead()
    var end = 0
    do {
        while end < bytes.count {
            end = min(end + step, bytes.count)
            if try parser.parse(bytes.span.extracting(first: end), into: &head) { return "\(head)" }
        }
        return "incomplete"
    } catch {
        return "\(error)"
    }
}

func responseOutcome(_ bytes: [UInt8], step: Int) -> String {
    var parser = ResponseHeadParser(limits: HeadLimits())
    var head = ResponseHead()
    var end = 0
    do {
        while end < bytes.count {
            end = min(end + step, bytes.count)
            if try parser.parse(bytes.span.extracting(first: end), for: .get, into: &head) { return "\(head)" }
        }
        return "incomplete"
    } catch {
        return "\(error)"
    }
}
