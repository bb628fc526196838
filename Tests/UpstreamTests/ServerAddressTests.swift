import Testing
import Upstream

struct ServerAddressTests {
    @Test func `reads every form`() throws {
        let plain = try ServerAddress(parsing: "http://127.0.0.1:3000")
        #expect(plain.scheme == .http && plain.host == "127.0.0.1" && plain.port == 3000 && plain.path.isEmpty)
        #expect(plain.description == "http://127.0.0.1:3000")
        let secure = try ServerAddress(parsing: "HTTPS://api.example.com/")
        #expect(secure.scheme == .https && secure.host == "api.example.com" && secure.port == 443)
        #expect(try ServerAddress(parsing: "http://app_1").port == 80)
        let six = try ServerAddress(parsing: "http://[::1]:3000")
        #expect(six.host == "::1" && six.port == 3000)
        let unix = try ServerAddress(parsing: "unix:/run/app.sock")
        #expect(unix.scheme == .unix && unix.path == "/run/app.sock" && unix.description == "unix:/run/app.sock")
    }

    @Test(arguments: [
        ("127.0.0.1:3000", "write http://, https:// or unix: before the server"),
        ("ftp://a", "the scheme is http, https or unix"), ("http://", "there is no host"),
        ("http://:80", "there is no host"), ("http://a:", "a port is a number from 1 to 65535"),
        ("http://a:0", "a port is a number from 1 to 65535"), ("http://a:65536", "a port is a number from 1 to 65535"),
        ("http://a:+1", "a port is a number from 1 to 65535"),
        ("http://a/b", "a server has no path: use the route's strip_prefix and add_prefix"),
        ("http://a?b", "a server has no query: use the route's strip_prefix and add_prefix"),
        ("http://u:p@a", "a server has no user and password"),
        ("http://::1", "an IPv6 address stands in brackets, as in http://[::1]:3000"),
        ("http://[::1", "the [ of the address is not closed"), ("http://[a.b]", "in [ ] stands an IPv6 address"),
        ("http://[::1]x", "after ] comes a port or nothing"),
        ("http://a b", "a host has letters, digits, dots, hyphens and underscores"),
        ("http://a\r\nb", "a host has letters, digits, dots, hyphens and underscores"),
        ("unix:run/app.sock", "a unix socket needs an absolute path, as in unix:/run/app.sock"),
    ]) func `refuses the rest and says why`(text: String, reason: String) {
        let error = #expect(throws: ServerAddressError.self) { try ServerAddress(parsing: text) }
        #expect(error?.reason == reason)
    }
}
