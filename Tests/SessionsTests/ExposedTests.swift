import Testing

@testable import Sessions

/// Single values as plain text.
struct ExposedTests {
    private func opened(_ values: String) throws -> OpenedSession {
        var browser = Browser()
        try browser.visit(.ok(("Set", values)))
        return browser.open()
    }

    @Test(arguments: [
        ("n", "42"), ("d", "1.0"), ("t", "true"), ("f", "false"), ("s", "Ada Lovelace"), ("empty", ""),
        ("q", #"a"b\c/d"#),
        ("space", " x "), (#"k"ey"#, "quoted"), ("é", "name"), ("last", "-0"),
    ])
    func `gives numbers, truth values and plain strings as they are`(key: String, expected: String) throws {
        let opened = try opened(
            #"{"n":42,"d":1.0,"t":true,"o":{"n":1,"s":"}"},"f":false,"s":"Ada Lovelace","empty":"","l":["n",{"x":[]}],"q":"a\"b\\c\/d","space":" x ","k\"ey":"quoted","\u00e9":"name","last":-0}"#
        )
        #expect(exposed(key, in: opened) == .text(Array(expected.utf8)))
    }

    @Test func `leaves out what has no plain text`() throws {
        let opened = try opened(#"{"z":null,"l":[1],"o":{"inner":1},"el":[],"eo":{},"x":1}"#)
        for key in ["z", "l", "o", "el", "eo", "inner", "none", "", "\"x\"", "1"] {
            #expect(exposed(key, in: opened) == .absent)
        }
        #expect(exposed("x", in: opened) == .text([0x31]))
        #expect(exposed("x", in: OpenedSession()) == .absent)
    }

    @Test(arguments: ["é", "a\u{7F}", "a\r\nX-Evil: 1", "\t", "\u{0}", "😀"])
    func `says that a string is not printable ASCII`(value: String) throws {
        var json: [UInt8] = []
        JSON.write(["k": .string(value), "x": 1], into: &json)
        let opened = try opened(text(json))
        #expect(exposed("k", in: opened) == .unprintable)
        #expect(exposed("x", in: opened) == .text([0x31]))
    }

    @Test func `bears text that is no JSON, and finds what the reader finds in text that is`() throws {
        let json = Array(#"{"a":[1,{"b":"x\"}"}],"b":"y\"","c":-2.5,"d":true}"#.utf8)
        var random = SeededRandom(5)
        var compared = 0
        for round in 0..<20_000 {
            var changed = json
            if round.isMultiple(of: 2) { changed.removeLast(Int.random(in: 0...json.count, using: &random)) }
            for _ in 0..<Int.random(in: 0...2, using: &random) where !changed.isEmpty {
                let place = Int.random(in: 0..<changed.count, using: &random)
                changed[place] = json.randomElement(using: &random) ?? 0
            }
            let found = ["a", "b", "c", "d"].map { ExposedKey($0).find(in: changed.span) }
            // The scanner relies on the writer's form: compare only what the writer would have written so.
            guard let values = try? SessionValues(json: changed.span), values.json == changed else { continue }
            compared += 1
            for (name, text) in zip(["a", "b", "c", "d"], found) {
                switch values[name] {
                case .string(let string):
                    let isPlain = string.utf8.allSatisfy { (0x20...0x7E).contains($0) }
                    #expect(text == (isPlain ? .text(Array(string.utf8)) : .unprintable))
                case .number(let number): #expect(text == .text(Array(number.text.utf8)))
                case .bool(let bool): #expect(text == .text(Array("\(bool)".utf8)))
                default: #expect(text == .absent)
                }
            }
        }
        #expect(compared > 1000)
    }
}
