import HTTP
import Testing

@Suite("Request fields")
struct RequestFieldTests {
    @Test func `H4 names, values and order stay as they came`() throws {
        let parsed = try request(fields: "x-A:1", "X-b:  two words\t ", "x-A: ", "X-U-text: ü")
        #expect(parsed.lines == ["Host=a", "x-A=1", "X-b=two words", "x-A=", "X-U-text=ü"])
        #expect(parsed.head.fields.map(\.id) == [.host, .other, .other, .other, .other])
    }

    @Test(arguments: [
        (" X: 1", RequestError.foldedField), ("\tX: 1", .foldedField), ("X: 1\r\n 2", .foldedField),
        ("X : 1", .spaceBeforeColon), ("X\t: 1", .spaceBeforeColon), ("X Y: 1", .spaceBeforeColon),
        (": 1", .malformedFieldName), ("X", .malformedFieldName), ("X(: 1", .malformedFieldName),
        ("\"X\": 1", .malformedFieldName), ("Xé: 1", .malformedFieldName), ("X\0: 1", .malformedFieldName),
        ("X\u{7F}: 1", .malformedFieldName), ("X: a\0b", .malformedFieldValue), ("X: a\u{1}", .malformedFieldValue),
        ("X: \u{7F}", .malformedFieldValue), ("X: a\u{B}b", .malformedFieldValue), ("X:\u{C}", .malformedFieldValue),
        ("X: a\rb", .bareCarriageReturn), ("X: a\nY: b", .bareLineFeed), ("X: 1\r\r", .bareCarriageReturn),
    ])
    func `F8 a malformed field line is 400`(_ line: String, _ error: RequestError) {
        #expect(throws: error) { try request(fields: line) }
        #expect(error.status == 400)
    }

    @Test func `F8 an error is found before the head is complete`() {
        #expect(throws: RequestError.foldedField) { try request("GET / HTTP/1.1\r\n ") }
        #expect(throws: RequestError.spaceBeforeColon) { try request("GET / HTTP/1.1\r\nHost ") }
        #expect(throws: RequestError.malformedHost) { try request("GET / HTTP/1.1\r\nHost: a b\r\n") }
    }

    @Test(arguments: (0...255).map { UInt8($0) })
    func `F8 every byte is taken or refused in names and values as RFC 9110 says`(_ byte: UInt8) {
        let token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8.contains(byte)
        let name = Array("GET / HTTP/1.0\r\nX".utf8) + [byte] + Array("Y: 1\r\n\r\n".utf8)
        #expect(((try? request(name)) != nil) == (token || byte == UInt8(ascii: ":")))
        let content = byte == 9 || (byte >= 32 && byte != 127)
        let value = Array("GET / HTTP/1.0\r\nX: a".utf8) + [byte] + Array("b\r\n\r\n".utf8)
        #expect(((try? request(value)) != nil) == content)
    }

    @Test(arguments: (0...255).map { UInt8($0) })
    func `F8 F9 every byte is judged alike wherever it stands in a long name, value or target`(_ byte: UInt8) {
        let plain = [UInt8](repeating: UInt8(ascii: "a"), count: 20)
        let token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:".utf8.contains(byte)
        let content = byte == 9 || (byte >= 32 && byte != 127)
        let target = byte > 32 && byte < 127 && byte != UInt8(ascii: "#")
        for offset in 1..<19 {
            var text = plain
            text[offset] = byte
            #expect(isTaken(Array("GET / HTTP/1.0\r\n".utf8) + text + Array(": 1\r\n\r\n".utf8)) == token)
            #expect(isTaken(Array("GET / HTTP/1.0\r\nX: ".utf8) + text + Array("\r\n\r\n".utf8)) == content)
            #expect(isTaken(Array("GET /".utf8) + text + Array(" HTTP/1.0\r\n\r\n".utf8)) == target)
            // Two bytes in one word must not hide each other.
            text[offset - 1] = 0x80
            #expect(isTaken(Array("GET / HTTP/1.0\r\nX: ".utf8) + text + Array("\r\n\r\n".utf8)) == content)
            #expect(!isTaken(Array("GET /".utf8) + text + Array(" HTTP/1.0\r\n\r\n".utf8)))
        }
    }

    private func isTaken(_ bytes: [UInt8]) -> Bool { (try? request(bytes)) != nil }

    @Test func `X2 a field section over its limit is 431 even without a line end`() {
        let limits = HeadLimits(fields: 64)
        let line = "GET / HTTP/1.0\r\n"
        #expect(throws: Never.self) {
            try request(line + "X: " + String(repeating: "a", count: 57) + "\r\n\r\n", limits: limits)
        }
        #expect(throws: RequestError.fieldsTooLarge) {
            try request(line + "X: " + String(repeating: "a", count: 58) + "\r\n\r\n", limits: limits)
        }
        #expect(throws: RequestError.fieldsTooLarge) {
            try request(line + String(repeating: "a", count: 64), limits: limits)
        }
        #expect(RequestError.fieldsTooLarge.status == 431)
    }

    @Test func `X2 one field line too many is 431`() {
        let limits = HeadLimits(fieldCount: 3)
        let head = "GET / HTTP/1.0\r\nA: 1\r\nB: 1\r\nC: 1\r\n"
        #expect(throws: Never.self) { try request(head + "\r\n", limits: limits) }
        #expect(throws: RequestError.tooManyFields) { try request(head + "D", limits: limits) }
        #expect(RequestError.tooManyFields.status == 431)
    }

    @Test func `H1 names nominated by Connection are kept for removal`() throws {
        let parsed = try request(fields: "Connection: X-A ,close", "connection: ,Keep-Alive, x-b")
        #expect(parsed.head.connectionOptions.map(parsed.text) == ["X-A", "x-b"])
        #expect(parsed.nominates("x-a"))
        #expect(parsed.nominates("X-B"))
        #expect(!parsed.nominates("x-c"))
        #expect(!parsed.nominates("close"))
    }

    @Test func `more nominated names than anybody needs are refused, as each is looked for in every field`() throws {
        let names = (0..<64).map { "x-\($0)" }
        let parsed = try request(fields: "Connection: close," + names.joined(separator: ","))
        #expect(parsed.head.connectionOptions.count == 64)
        #expect(throws: RequestError.malformedConnection) {
            try request(fields: "Connection: " + names.joined(separator: ","), "Connection: y")
        }
    }

    @Test(arguments: ["\"close\"", "close;x", "x y", "a, (b)"])
    func `H1 a Connection member that is no token is refused`(_ value: String) {
        #expect(throws: RequestError.malformedConnection) { try request(fields: "Connection: " + value) }
    }

    @Test(arguments: [
        ("close", false), ("CLOSE", false), ("keep-alive, Close", false), ("keep-alive", true), ("", true),
    ])
    func `F11 a connection persists in HTTP 1.1 unless it says close`(_ value: String, _ persistent: Bool) throws {
        #expect(try request(fields: "Connection: " + value).head.persistent == persistent)
    }

    @Test func `F11 an HTTP 1.0 client is never kept alive`() throws {
        #expect(try !request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").head.persistent)
    }

    @Test func `S5 an expectation counts in HTTP 1.1 only`() throws {
        #expect(try request(fields: "Expect: 100-Continue").head.expectsContinue)
        #expect(try !request(fields: "Expect: 200-ok").head.expectsContinue)
        #expect(try !request("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").head.expectsContinue)
    }

    @Test func `a head that was reset takes the next message as if it were new`() throws {
        let first = Array(
            "POST /a?b HTTP/1.1\r\nHost: a\r\nConnection: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n".utf8
        )
        let second = Array("GET / HTTP/1.0\r\n\r\n".utf8)
        var parser = RequestHeadParser(limits: HeadLimits())
        var head = RequestHead()
        #expect(try parser.parse(first.span, into: &head))
        parser.reset()
        head.reset()
        #expect(try parser.parse(second.span, into: &head))
        let fresh = try request(second).head
        #expect(String(describing: head) == String(describing: fresh))
    }
}
