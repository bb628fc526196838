import HTTP
import Testing

@Suite("Cookie pairs")
struct CookiePairsTests {
    private func pairs(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var walk = CookiePairs()
        var found: [String] = []
        while let pair = walk.next(bytes.span) {
            let name = String(decoding: bytes[pair.name], as: UTF8.self)
            let value = String(decoding: bytes[pair.value], as: UTF8.self)
            found.append(pair.hasName ? "\(name)=\(value)" : "(\(value))")
        }
        return found
    }

    @Test(arguments: [
        ("a=1", ["a=1"]), ("a=1; b=2", ["a=1", "b=2"]), ("a=1;b=2", ["a=1", "b=2"]), (" a = 1 \t;\tb=", ["a=1", "b="]),
        ("a=b=c", ["a=b=c"]), ("a=\"x;y\"", ["a=\"x", "(y\")"]), ("a=1,b=2", ["a=1,b=2"]), ("lone", ["(lone)"]),
        ("=x", ["=x"]), ("a=1;", ["a=1", "()"]), (";;", ["()", "()", "()"]), ("a=1; a=2", ["a=1", "a=2"]),
        ("A=1; $Version=1", ["A=1", "$Version=1"]), ("", []), (" ", ["()"]), ("a=%3B", ["a=%3B"]), ("é=ü", ["é=ü"]),
    ])
    func `a value is split at semicolons and names end at the first equals sign`(_ text: String, _ expected: [String]) {
        #expect(pairs(text) == expected)
    }

    @Test func `values of every length end at their semicolon, wherever it stands`() {
        // Longer than the words they are searched by, from every offset; 0x3A and 0x3C are its neighbours, 0xBB its twin.
        for length in 0...40 {
            for lead in 0...9 {
                let value = String(repeating: ":<\u{7b}x", count: 11).prefix(length)
                let text = String(repeating: "n", count: lead) + "=\(value)"
                #expect(pairs("\(text);last=\u{bb}") == [text, "last=\u{bb}"])
            }
        }
    }

    @Test(arguments: ["a=1; b=2;c", ";", "a", " x = y ;; z", "a=1;"])
    func `the segments with semicolons between them are the whole value`(_ text: String) {
        let bytes = Array(text.utf8)
        var walk = CookiePairs()
        var segments: [String] = []
        while let pair = walk.next(bytes.span) {
            segments.append(String(decoding: bytes[pair.segment], as: UTF8.self))
        }
        #expect(segments.joined(separator: ";") == text)
    }

    @Test(arguments: [
        ("a=1; Path=/", "a"), (" a\t=1", "a"), ("a=", "a"), ("session.1=x", "session.1"), ("a", nil),
        ("a; Path=/", nil),
        ("=x", nil), (" =x", nil), ("", nil), ("; a=b", nil), ("a=b=c", "a"),
    ])
    func `a Set-Cookie line names its cookie before the first equals sign`(_ text: String, _ name: String?) {
        let bytes = Array(text.utf8)
        #expect(setCookieName(bytes.span).map { String(decoding: bytes[$0], as: UTF8.self) } == name)
    }
}
