import HTTP
import Testing

@Suite("Request framing")
struct RequestFramingTests {
    @Test(arguments: [
        ["Content-Length: 3", "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", "Content-Length: 3"],
    ])
    func `F1 Content-Length with Transfer-Encoding is 400 in either order`(_ lines: [String]) {
        #expect(throws: RequestError.lengthAndTransferEncoding) { try request(fields: lines[0], lines[1]) }
        #expect(RequestError.lengthAndTransferEncoding.status == 400)
    }

    @Test(arguments: ["5", "6", "x"])
    func `F2 a second Content-Length is 400, equal or not`(_ value: String) {
        #expect(throws: RequestError.repeatedContentLength) {
            try request(fields: "Content-Length: 5", "content-length: \(value)")
        }
    }

    @Test(arguments: ["5, 5", "5,6", ",5", "5,"])
    func `F2 a list of lengths is 400`(_ value: String) {
        #expect(throws: RequestError.malformedContentLength) { try request(fields: "Content-Length: \(value)") }
    }

    @Test(arguments: [
        "+5", "-5", "-0", "0x5", "5 5", "", "5.0", "1e3", "5_0", "٥", "\"5\"", "9223372036854775808",
        "18446744073709551616", "99999999999999999999999999", "5\t5", "5;a",
    ])
    func `F3 a Content-Length that is not plain digits of 63 bits is refused`(_ value: String) {
        #expect(throws: RequestError.malformedContentLength) { try request(fields: "Content-Length: \(value)") }
    }

    @Test(arguments: [("0", 0), ("00012", 12), ("9223372036854775807", UInt64(Int64.max))])
    func `a Content-Length is the body's length`(_ value: String, _ length: UInt64) throws {
        #expect(try request(fields: "Content-Length:\t\(value) ").head.body == .length(length))
    }

    @Test(arguments: ["chunked", "Chunked", "CHUNKED", " chunked\t"])
    func `F4 chunked alone frames the body`(_ value: String) throws {
        #expect(try request(fields: "Transfer-Encoding:\(value)").head.body == .chunked)
    }

    @Test(arguments: [
        "xchunked", "chunkedx", "br", "chunk", "gzip, chunked", "gzip,chunked", "identity, chunked", "foo, chunked",
        "x, gzip", "chunked-x",
    ])
    func `F4 a coding other than chunked is 501`(_ value: String) {
        #expect(throws: RequestError.unsupportedTransferCoding) { try request(fields: "Transfer-Encoding: \(value)") }
        #expect(RequestError.unsupportedTransferCoding.status == 501)
    }

    @Test(arguments: [
        "gzip", "identity", "deflate, gzip", "chunked, chunked", "chunked, gzip", "chunked, identity", ",chunked",
        "chunked,",
        "chunked,,", "", ",", "chunked;a=b", "\"chunked\"", "chunked chunked", "chu nked", "gzip;q=1, chunked",
        "chunked, x",
        "[chunked]",
    ])
    func `F4 a list that does not end in its only chunked is 400`(_ value: String) {
        #expect(throws: RequestError.malformedTransferEncoding) { try request(fields: "Transfer-Encoding: \(value)") }
        #expect(RequestError.malformedTransferEncoding.status == 400)
    }

    @Test(arguments: ["\u{B}chunked", "chunked\u{C}", "\0chunked", "chunked\u{1}", "\u{A0}chunked"])
    func `F4 control bytes and other spaces around chunked are refused`(_ value: String) {
        #expect(throws: RequestError.self) { try request(fields: "Transfer-Encoding: \(value)") }
    }

    @Test func `F4 codings on several lines are one list`() {
        #expect(throws: RequestError.malformedTransferEncoding) {
            try request(fields: "Transfer-Encoding: chunked", "Transfer-Encoding: chunked")
        }
        #expect(throws: RequestError.unsupportedTransferCoding) {
            try request(fields: "Transfer-Encoding: gzip", "Transfer-Encoding: chunked")
        }
        #expect(throws: RequestError.malformedTransferEncoding) {
            try request(fields: "Transfer-Encoding: chunked", "Transfer-Encoding: identity")
        }
    }

    @Test(arguments: ["chunked", "gzip", ""])
    func `F5 Transfer-Encoding in HTTP 1.0 is 400`(_ value: String) {
        #expect(throws: RequestError.transferEncodingInHTTP10) {
            try request("POST / HTTP/1.0\r\nTransfer-Encoding: \(value)\r\n\r\n")
        }
        #expect(RequestError.transferEncodingInHTTP10.status == 400)
    }

    @Test(arguments: ["Transfer_Encoding", "Content_Length", "Transfer.Encoding", "CONTENT_LENGTH"])
    func `a folded twin of a framing field frames nothing and is marked`(_ name: String) throws {
        let parsed = try request(fields: "\(name): chunked")
        #expect(parsed.head.body == .none)
        #expect(parsed.head.fields.last?.id == .ownedTwin)
    }
}
