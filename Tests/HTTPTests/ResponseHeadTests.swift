import HTTP
import Testing

@Suite("Response head")
struct ResponseHeadTests {
    @Test func `a response has its parts where they are`() throws {
        let parsed = try response("HTTP/1.1 404 Not  Found\t\r\nServer : x\r\nContent-Length: 3\r\n\r\nabc")
        #expect(parsed.head.version == .http11)
        #expect(parsed.head.status == 404)
        #expect(parsed.text(parsed.head.reason) == "Not  Found\t")
        #expect(parsed.lines == ["Server=x", "Content-Length=3"])
        #expect(parsed.head.body == .length(3))
        #expect(parsed.head.persistent && !parsed.head.isInterim)
        #expect(parsed.head.length == parsed.bytes.count - 3)
    }

    @Test(arguments: [
        "S", "HTTP/2", "HTTP/1.2", "HTP", "http/1.1", "HTTP/1.1  ", "HTTP/1.1 2x", "HTTP/1.1 200O", "\r", "\n",
        "HTTP/1.1 2000", "0",
    ])
    func `junk instead of a status line is refused with its first wrong byte`(_ text: String) {
        #expect(throws: ResponseError.malformedStatusLine) { try response(text) }
    }

    @Test(arguments: ["HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \r\n\r\n"])
    func `a reason phrase may be missing`(_ text: String) throws {
        #expect(try response(text).head.reason.isEmpty)
    }

    @Test(arguments: ["000", "099", "600", "999"])
    func `a status outside 100 to 599 is refused`(_ status: String) {
        #expect(throws: ResponseError.statusOutOfRange) { try response("HTTP/1.1 \(status) X\r\n") }
    }

    @Test func `a reason phrase holds no control byte`() {
        #expect(throws: ResponseError.malformedStatusLine) { try response("HTTP/1.1 200 a\0") }
        #expect(throws: ResponseError.malformedStatusLine) { try response("HTTP/1.1 200 \u{7F}") }
        #expect(throws: ResponseError.bareLineFeed) { try response("HTTP/1.1 200 OK\n") }
        #expect(throws: ResponseError.bareCarriageReturn) { try response("HTTP/1.1 200 OK\rX") }
    }

    @Test func `a status line or field section over its limit is refused`() {
        let limits = HeadLimits(requestLine: 40, fields: 40, fieldCount: 2)
        let long = String(repeating: "a", count: 60)
        #expect(throws: ResponseError.statusLineTooLong) { try response("HTTP/1.1 200 " + long, limits: limits) }
        #expect(throws: ResponseError.fieldsTooLarge) { try response("HTTP/1.1 200\r\nX: " + long, limits: limits) }
        #expect(throws: ResponseError.tooManyFields) { try response("HTTP/1.1 200\r\nX:\r\nX:\r\nX", limits: limits) }
    }

    @Test(arguments: ["Content-Length: 3\r\nContent-Length: 4", "Content-Length: 0\r\nContent-Length: 00000001"])
    func `S1 differing lengths are refused`(_ fields: String) {
        #expect(throws: ResponseError.conflictingContentLength) { try response("HTTP/1.1 200 OK\r\n\(fields)\r\n") }
    }

    @Test(arguments: ["x", "", "-1", "+1", "3, 3", "3,4", "1 2", "0x1", "9223372036854775808"])
    func `S1 a length that is no number is refused`(_ value: String) {
        #expect(throws: ResponseError.malformedContentLength) {
            try response("HTTP/1.1 200 OK\r\nContent-Length: \(value)\r\n")
        }
    }

    @Test func `S1 the same length on two lines is one length`() throws {
        let parsed = try response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n")
        #expect(parsed.head.body == .length(3) && parsed.head.persistent)
    }

    @Test(arguments: [
        "Content-Length: 3\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 3",
    ])
    func `S2 Transfer-Encoding wins over a length, and the connection is not used again`(_ fields: String) throws {
        let head = try response("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\n").head
        #expect(head.body == .chunked && !head.persistent)
    }

    @Test func `S3 line folding is refused, white space before a colon is stripped`() throws {
        #expect(throws: ResponseError.foldedField) { try response("HTTP/1.1 200 OK\r\nA: 1\r\n ") }
        let parsed = try response("HTTP/1.1 200 OK\r\nContent-Length \t: 3\r\n\r\n")
        #expect(parsed.lines == ["Content-Length=3"] && parsed.head.body == .length(3))
        #expect(throws: ResponseError.malformedFieldName) { try response("HTTP/1.1 200 OK\r\nA b: 1\r\n") }
    }

    @Test(arguments: [("100", true), ("102", true), ("103", true), ("101", false), ("200", false)])
    func `S4 1xx but 101 is interim`(_ status: String, _ isInterim: Bool) throws {
        #expect(try response("HTTP/1.1 \(status) X\r\n\r\n").head.isInterim == isInterim)
    }

    @Test(arguments: ["100", "101", "103", "204", "304"], ["Content-Length: 5", "Transfer-Encoding: chunked"])
    func `S6 1xx, 204 and 304 have no body whatever they say`(_ status: String, _ field: String) throws {
        let head = try response("HTTP/1.1 \(status) X\r\n\(field)\r\n\r\n").head
        #expect(head.body == .none)
        // Behind a 204 the announced body may come after all; a 304 may announce what a 200 would have had.
        if status == "204" { #expect(!head.persistent) }
        if status == "304" { #expect(head.persistent) }
    }

    @Test(arguments: ["Content-Length: 5", "Transfer-Encoding: chunked", "X: y"])
    func `S6 an answer to HEAD has no body and keeps the connection`(_ field: String) throws {
        let head = try response("HTTP/1.1 200 OK\r\n\(field)\r\n\r\n", for: .head).head
        #expect(head.body == .none && head.persistent)
    }

    @Test(arguments: ["gzip", "identity", "br"])
    func `S1 a last coding that is not chunked is refused`(_ coding: String) {
        #expect(throws: ResponseError.self) { try response("HTTP/1.1 200 OK\r\nTransfer-Encoding: \(coding)\r\n\r\n") }
    }

    @Test(arguments: ["chunked, chunked", "chunked;a=b", "", ",chunked", "gzip, chunked", "chunked, gzip"])
    func `a list of codings nobody asked for is refused`(_ value: String) {
        #expect(throws: ResponseError.self) { try response("HTTP/1.1 200 OK\r\nTransfer-Encoding: \(value)\r\n\r\n") }
    }

    @Test func `S1 Transfer-Encoding in an HTTP 1.0 response is faulty framing`() {
        let head = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(throws: ResponseError.self) { try response(head) }
    }

    @Test func `without length or coding the body ends with the connection`() throws {
        let head = try response("HTTP/1.1 200 OK\r\n\r\n").head
        #expect(head.body == .untilClose && !head.persistent)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "close", false), ("HTTP/1.1", "x, CLOSE", false), ("HTTP/1.0", "", false),
        ("HTTP/1.0", "Keep-Alive", true), ("HTTP/1.0", "keep-alive, close", false),
    ])
    func `the connection persists as version and Connection say`(
        _ version: String,
        _ option: String,
        _ persistent: Bool
    ) throws {
        let head = try response("\(version) 200 OK\r\nConnection: \(option)\r\nContent-Length: 0\r\n\r\n").head
        #expect(head.persistent == persistent)
    }

    @Test func `after 101 the connection is no HTTP connection any more`() throws {
        let head = try response("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n").head
        #expect(head.body == .none && !head.persistent && !head.isInterim)
    }

    @Test func `H1 names nominated by an upstream are kept for removal`() throws {
        let parsed = try response("HTTP/1.1 200 OK\r\nConnection: X-A, close\r\n\r\n")
        #expect(parsed.nominates("x-a"))
        #expect(!parsed.nominates("x-b"))
    }
}
