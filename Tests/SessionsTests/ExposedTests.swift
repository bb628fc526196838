import Sessions
import Testing

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
        #expect(opened.exposed(key) == .text(Array(expected.utf8)))
    }

    @Test func `leaves out what has no plain text`() throws {
        let opened = try opened(#"{"z":null,"l":[1],"o":{"inner":1},"el":[],"eo":{},"x":1}"#)
        for key in ["z", "l", "o", "el", "eo", "inner", "none", "", "\"x\"", "1"] {
            #expect(opened.exposed(key) == .absent)
        }
        #expect(opened.exposed("x") == .text([0x31]))
        #expect(OpenedSession().exposed("x") == .absent)
    }

    @Test(arguments: ["é", "a\u{7F}", "a\r\nX-Evil: 1", "\t", "\u{0}", "😀"])
    func `says that a string is not printable ASCII`(value: String) throws {
        var json: [UInt8] = []
        JSON.write(["k": .string(value), "x": 1], into: &json)
        let opened = try opened(text(json))
        #expect(opened.exposed("k") == .unprintable)
        #expect(opened.exposed("x") == .text([0x31]))
    }
}
