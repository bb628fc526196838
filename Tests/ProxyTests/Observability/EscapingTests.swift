import Testing

@testable import Proxy

struct EscapingTests {
    @Test(arguments: [
        ("", ""), ("plain text", "plain text"), ("a\"b", "a\\\"b"), ("\\", "\\\\"), ("a\nb\r", "a\\u000ab\\u000d"),
        ("\u{0}\u{1f}\u{7f}", "\\u0000\\u001f\\u007f"), ("é", "\\u00c3\\u00a9"), ("\u{1b}[31m", "\\u001b[31m"),
        ("\"\"", "\\\"\\\""), ("x\u{2028}", "x\\u00e2\\u0080\\u00a8"),
    ])
    func `any bytes become part of a JSON string in ASCII`(text: String, escaped: String) {
        #expect(Sample.written { Escaping.write(Array(text.utf8), into: $0) } == escaped)
    }

    @Test func `every byte is escaped to printable ASCII`() {
        let text = Sample.written { Escaping.write(Array(UInt8.min...UInt8.max), into: $0) }
        #expect(text.utf8.allSatisfy { (0x20...0x7e).contains($0) })
        #expect(text.contains(" !\\\"#$"))
    }
}
