import HTTP
import Testing

@testable import Proxy

struct ViaTests {
    @Test(arguments: [
        ("1.1 gateway", 1), ("1.0 a, 1.1 gateway", 1), ("1.1 gateway, 1.1 Gateway", 2), ("HTTP/1.1 gateway (x y)", 1),
        ("1.1\tgateway", 1), ("1.1 gateway,1.1 gateway,,1.1 gateway", 3),
        ("1.1 gateways", 0), ("1.1 my-gateway", 0), ("gateway", 0), ("1.1 gateway:80", 0), ("1.1 a (gateway)", 0),
        ("", 0), (",", 0), (" ", 0), ("1.1 ", 0),
    ])
    func `counts itself among those a message came by`(value: String, count: Int) {
        let bytes = Array(value.utf8)
        let counted = Via.count(in: bytes.span)
        #expect(counted == count)
    }

    @Test func `says by which version a message came, under the name it counts`() {
        for version in [Version.http10, .http11] {
            let line = "\(Via.line(version))"
            #expect(line == (version == .http10 ? "Via: 1.0 gateway\r\n" : "Via: 1.1 gateway\r\n"))
            let value = Array(line.dropFirst(5).dropLast(1).utf8)
            let counted = Via.count(in: value.span)
            #expect(counted == 1)
        }
    }
}
