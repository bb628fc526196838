import Testing

@testable import Proxy

struct CookieNamesTests {
    private func holds(_ name: String, _ names: [String] = ["s", "__Host-id", "a.b"]) -> Bool {
        let bytes = Array(name.utf8)
        return CookieNames(names).contains(bytes.span)
    }

    @Test(arguments: [
        "s", "s.1", "s.0", "s.123456789", "__Host-id", "__host-ID", "__HOST-id.7", "a.b", "a.b.1",
    ])
    func `holds a name and its chunks`(name: String) {
        #expect(holds(name))
    }

    @Test(arguments: [
        "", "S", "s.", "s.x", "s.1x", "s.1.2", "s.-1", "s1", "ss", "xs", "s ", "s_flash", "__Host-i", "__Host-id.",
        "__Secure-id", "A.b", "a.B", "a", "a.",
    ])
    func `holds nothing else`(name: String) {
        #expect(!holds(name))
    }

    @Test func `no names hold nothing`() {
        #expect(!holds("s", []))
        #expect(!holds("", []))
        #expect(CookieNames([]).isEmpty)
    }
}
