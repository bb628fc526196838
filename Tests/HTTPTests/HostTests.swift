import HTTP
import Testing

@Suite("Host")
struct HostTests {
    @Test func `T1 a missing Host is 400 in HTTP 1.1 alone`() throws {
        #expect(throws: RequestError.missingHost) { try request("GET / HTTP/1.1\r\n\r\n") }
        #expect(throws: RequestError.missingHost) { try request("GET http://a/ HTTP/1.1\r\n\r\n") }
        let old = try request("GET / HTTP/1.0\r\n\r\n")
        #expect(old.head.authority.isEmpty && old.head.host.isEmpty)
    }

    @Test(arguments: ["1.0", "1.1"])
    func `T1 a repeated Host is 400, even if equal`(_ version: String) {
        #expect(throws: RequestError.repeatedHost) { try request("GET / HTTP/\(version)\r\nHost: a\r\nhost: a\r\n") }
    }

    @Test(arguments: [
        "", " ", "a b", "a,b", "a, a", "u@a", "u:p@a", "a/b", "http://a", "a?b", "a#b", "a\\b", "a:x", "a:80:80",
        "a:65536",
        "a:-1", "a:+1", "a:000080", ":80", "a%41", "a\"", "<a>", "ä", "[::1", "::1", "[]", "[::1]x", "[g::1]",
        "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[::1::]", "[:::]", "[12345::]", "[::1%25eth0]", "[v1.a]", "[:1::2]",
        "[::1.2.3]", "[::1.2.3.256]", "[1::2:]", "[1:2:3:4:5:6:7::8]",
    ])
    func `T1 a malformed Host is 400`(_ host: String) {
        #expect(throws: RequestError.malformedHost) { try request("GET / HTTP/1.1\r\nHost: \(host)\r\n") }
        #expect(RequestError.malformedHost.status == 400)
    }

    @Test(arguments: [
        ("example.com", "example.com"), ("EXAMPLE.com:8080", "EXAMPLE.com"), ("a:", "a"), ("a:0", "a"),
        ("a:65535", "a"),
        ("127.0.0.1:80", "127.0.0.1"), ("a_b-c.d~e", "a_b-c.d~e"), ("a.", "a."),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("[::]", "[::]"), ("[::1]:8080", "[::1]"), ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]"), ("[1::]", "[1::]"),
        ("[2001:db8::a]:", "[2001:db8::a]"), ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]"),
        ("[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]"),
        ("[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5:6:1.2.3.4]"), ("[::2:3:4:5:6:7:8]", "[::2:3:4:5:6:7:8]"),
    ])
    func `T1 a well-formed Host is the authority`(_ value: String, _ host: String) throws {
        let parsed = try request("GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n")
        #expect(parsed.text(parsed.head.authority) == value)
        #expect(parsed.text(parsed.head.host) == host)
    }
}
