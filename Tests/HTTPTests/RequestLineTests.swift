import HTTP
import Testing

@Suite("Request line")
struct RequestLineTests {
    @Test func `an origin-form request has its parts where they are`() throws {
        let parsed = try request("POST /a/b?c=d?e HTTP/1.1\r\nHost: h:8\r\n\r\nbody")
        #expect(parsed.head.method == .post)
        #expect(parsed.text(parsed.head.methodName) == "POST")
        #expect(parsed.text(parsed.head.target) == "/a/b?c=d?e")
        #expect(parsed.head.form == .origin)
        #expect(parsed.text(parsed.head.path) == "/a/b")
        #expect(parsed.query == "c=d?e")
        #expect(parsed.head.version == .http11)
        #expect(parsed.text(parsed.head.authority) == "h:8")
        #expect(parsed.text(parsed.head.host) == "h")
        #expect(parsed.head.length == parsed.bytes.count - 4)
        #expect(parsed.head.body == .none)
    }

    @Test func `H8 an empty query is kept apart from none`() throws {
        #expect(try request("GET /a? HTTP/1.0\r\n\r\n").query == "")
        #expect(try request("GET /a HTTP/1.0\r\n\r\n").query == nil)
    }

    @Test func `F7 one empty line before the request is skipped and shifts no range`() throws {
        let parsed = try request("\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(parsed.text(parsed.head.target) == "/x")
        #expect(parsed.text(parsed.head.host) == "a")
        #expect(parsed.head.length == parsed.bytes.count)
    }

    @Test func `F7 a second empty line before the request is refused at once`() {
        #expect(throws: RequestError.repeatedEmptyLine) { try request("\r\n\r") }
    }

    @Test(arguments: ["\n", "\r\n\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\rX", "\rG"])
    func `F7 a bare CR or LF is refused as soon as it is seen`(_ text: String) throws {
        #expect(throws: RequestError.self) { try request(text) }
    }

    @Test(arguments: ["\u{16}\u{3}\u{1}", " GET", "\t", "\0", "(", "\"GET"])
    func `what cannot begin a method is refused with its first byte`(_ text: String) {
        #expect(throws: RequestError.malformedMethod) { try request(String(text.prefix(1))) }
    }

    @Test(arguments: [
        "GET  / HTTP/1.1\r\n", "GET\t/ HTTP/1.1\r\n", "GET /\tHTTP/1.1\r\n", "GET /  HTTP/1.1\r\n",
        "GET /a b HTTP/1.1\r\n",
        "GET /\r\n", "GET\r\n", "GET / HTTP/1.1 \r\n", "GET / \r\n", "GET / http/1.1\r\n", "GET / HTTP/1\r\n",
        "GET / HTTP/1.10\r\n", "GET / HTTP/01.1\r\n", "GET / HTTP/1.x\r\n", "GET / HTTPS/1.1\r\n",
        "GET / HTTP /1.1\r\n",
        "G@T / HTTP/1.1\r\n", "GET /#a HTTP/1.1\r\n", "GET /\0 HTTP/1.1\r\n", "GET /é HTTP/1.1\r\n",
        "GET /\u{7F} HTTP/1.1\r\n", "GET /\u{1} HTTP/1.1\r\n",
    ])
    func `F9 a malformed request line is 400`(_ line: String) throws {
        let error = try #require(throws: RequestError.self) { try request(line) }
        #expect(error.status == 400)
    }

    @Test(arguments: ["0.9", "1.2", "1.9", "2.0", "3.0", "9.9", "2.1"])
    func `F9 another version is 505`(_ version: String) {
        #expect(throws: RequestError.unsupportedVersion) { try request("GET / HTTP/\(version)\r\n") }
        #expect(RequestError.unsupportedVersion.status == 505)
    }

    @Test func `F9 a target over the limit is 414 even without a line end`() {
        let limits = HeadLimits(requestLine: 100)
        let fits = "GET /" + String(repeating: "a", count: 100 - 14) + " HTTP/1.1"
        #expect(throws: Never.self) { try request(fits + "\r\nHost: a\r\n\r\n", limits: limits) }
        let long = "GET /" + String(repeating: "a", count: 100 - 13) + " HTTP/1.1"
        #expect(throws: RequestError.requestLineTooLong) { try request(long + "\r\nHost: a\r\n\r\n", limits: limits) }
        #expect(throws: RequestError.requestLineTooLong) {
            try request("GET /" + String(repeating: "a", count: 200), limits: limits)
        }
        #expect(RequestError.requestLineTooLong.status == 414)
    }

    @Test func `a method of 32 bytes passes and a longer one is 501`() throws {
        let method = String(repeating: "M", count: 32)
        let parsed = try request(method + " / HTTP/1.0\r\n\r\n")
        #expect(parsed.head.method == .other)
        #expect(parsed.text(parsed.head.methodName) == method)
        #expect(throws: RequestError.methodTooLong) { try request(method + "M") }
        #expect(RequestError.methodTooLong.status == 501)
    }

    @Test func `T2 the authority of an absolute target counts, not Host's`() throws {
        let parsed = try request("GET HTTP://Real.example:81/p?q HTTP/1.1\r\nHost: other\r\n\r\n")
        #expect(parsed.head.form == .absolute)
        #expect(parsed.text(parsed.head.authority) == "Real.example:81")
        #expect(parsed.text(parsed.head.host) == "Real.example")
        #expect(parsed.text(parsed.head.path) == "/p")
        #expect(parsed.query == "q")
    }

    @Test func `T2 an absolute target may lack a path`() throws {
        let bare = try request("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(bare.head.path.isEmpty && bare.query == nil)
        let query = try request("GET http://a?/b HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(query.head.path.isEmpty && query.query == "/b")
        #expect(query.text(query.head.authority) == "a")
    }

    @Test func `T2 a scheme the connection does not have is 421`() throws {
        #expect(throws: RequestError.schemeNotServed) { try request("GET https://a/ HTTP/1.1\r\n") }
        #expect(RequestError.schemeNotServed.status == 421)
        let secure = try request("GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", isSecure: true)
        #expect(secure.text(secure.head.authority) == "a")
        #expect(throws: RequestError.schemeNotServed) { try request("GET http://a/ HTTP/1.1\r\n", isSecure: true) }
    }

    @Test(arguments: [
        "ftp://a/", "http:/a", "http://", "http:///a", "http://u@a/", "http://u:p@a/", "a/b", "http", "http://a:x/",
        "http://a:65536/", "http://?a", "http://[::1/", "example.com:443", "*/", "**", "?a", "http://a%2f/",
    ])
    func `T2 any other target is 400`(_ target: String) throws {
        #expect(throws: RequestError.malformedTarget) { try request("GET \(target) HTTP/1.1\r\n") }
    }

    @Test func `T3 an asterisk is for OPTIONS alone`() throws {
        let options = try request("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(options.head.form == .asterisk)
        #expect(options.text(options.head.path) == "*")
        #expect(throws: RequestError.asteriskWithoutOptions) { try request("GET * HTTP/1.1\r\n") }
        #expect(RequestError.asteriskWithoutOptions.status == 400)
    }

    @Test func `T3 CONNECT and TRACE are 405 before any field is read`() {
        #expect(throws: RequestError.connectRefused) { try request("CONNECT a:443 HTTP/1.1\r\n") }
        #expect(throws: RequestError.traceRefused) { try request("TRACE / HTTP/1.1\r\n") }
        #expect(RequestError.connectRefused.status == 405 && RequestError.traceRefused.status == 405)
    }
}
