import HTTP
import Testing

@testable import Proxy

struct RequestIDTests {
    private func kept(_ value: String, trusted: Bool = true) throws -> String? {
        let request = try SampleRequest("GET / HTTP/1.1\nHost: a\nX-Request-Id: \(value)")
        let facts = try RequestFacts(
            request.head,
            request.bytes.span,
            exposedNames: ExposedNames([]),
            isTrusted: trusted
        )
        guard let id = facts.requestID(in: request.bytes.span, request.head) else { return nil }
        return Sample.written { id.write(into: $0, head: request.bytes.span) }
    }

    @Test func `a new one is 32 hexadecimal digits with their leading zeros`() {
        let none: [UInt8] = []
        let text = Sample.written { RequestID(high: 0xa, low: 0xffff).write(into: $0, head: none.span) }
        #expect(text == "000000000000000a000000000000ffff")
    }

    @Test(arguments: ["abc-123", "!", String(repeating: "x", count: 128), "\"a\""])
    func `a trusted proxy's is kept as it is`(value: String) throws {
        #expect(try kept(value) == value)
    }

    @Test(arguments: ["", "a b", "a\tb", "é", String(repeating: "x", count: 129)])
    func `one that cannot be logged or is too long is replaced`(value: String) throws {
        #expect(try kept(value) == nil)
    }

    @Test func `a stranger's is replaced`() throws {
        #expect(try kept("abc", trusted: false) == nil)
    }
}
