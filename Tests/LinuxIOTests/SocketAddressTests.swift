import LinuxIO
import Testing

struct SocketAddressTests {
    @Test(arguments: [
        "127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:8080", "[::]:443", "[2001:db8::1]:1",
        "[2001:db8:0:1:1:1:1:1]:9", "unix:/run/gateway.sock", "unix:relative.sock",
    ]) func `is written as it was read`(text: String) throws {
        let address = try #require(SocketAddress(parsing: text))
        #expect(address.description == text)
        #expect(SocketAddress(parsing: address.description) == address)
    }

    @Test(arguments: [
        "", "127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+80", "127.0.0.1:080000", "1.2.3:80",
        "localhost:80", "::1:80", "[::1]", "[::1]80", "[::1:80", "[127.0.0.1]:80", "unix:", "127.0.0.1:8 0",
    ]) func `refuses what is no address`(text: String) {
        #expect(SocketAddress(parsing: text) == nil)
    }

    @Test func `a path that the kernel has no room for is refused`() {
        #expect(SocketAddress(parsing: "unix:/" + String(repeating: "a", count: 106)) != nil)
        #expect(SocketAddress(parsing: "unix:/" + String(repeating: "a", count: 107)) == nil)
    }

    @Test func `gives its bytes, IPv4 mapped into IPv6`() throws {
        let four = try #require(SocketAddress(parsing: "10.1.2.3:443"))
        #expect(four.ipHigh == 0 && four.ipLow == 0xffff_0a01_0203)
        #expect(four.port == 443 && four.family == .v4 && !four.isUnix)
        let six = try #require(SocketAddress(parsing: "[102:304:506:708:90a:b0c:d0e:f10]:1"))
        #expect(six.ipHigh == 0x0102_0304_0506_0708 && six.ipLow == 0x090a_0b0c_0d0e_0f10)
    }

    @Test(arguments: [
        ("203.0.113.7:5", "203.0.113.7"), ("[2001:db8::1]:5", "2001:db8::1"), ("[::ffff:10.0.0.1]:5", "10.0.0.1"),
        ("unix:/a", "unix:"),
    ]) func `writes its IP without the port`(text: String, expected: String) throws {
        let buffer = ByteBuffer()
        try #require(SocketAddress(parsing: text)).writeIP(into: buffer)
        #expect(String(decoding: buffer.readable, as: UTF8.self) == expected)
    }
}
