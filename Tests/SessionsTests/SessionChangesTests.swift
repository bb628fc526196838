import Sessions
import Testing

/// What a service's fields may say.
struct SessionChangesTests {
    private func changes(_ fields: (String, String)...) throws -> SessionChanges {
        try Answer(fields: fields.map { (name: $0.0, value: $0.1) }).changes()
    }

    @Test(arguments: ["Clear", "Renew", "Keep"])
    func `refuses anything but 1 where 1 is meant`(field: String) throws {
        for value in ["", "0", "true", "11", " 1", "1 ", "\"1\""] {
            #expect(throws: SaveError.self) { try changes((field, value)) }
        }
        #expect(try !changes((field, "1")).isEmpty)
    }

    @Test(arguments: ["Set", "Set-Once", "Flash"])
    func `refuses what is no object of JSON`(field: String) {
        for value in ["", "1", "null", "[]", "\"a\"", "{", "{a:1}", "user_id=42", "{\"a\":\"é\u{1}\"}"] {
            #expect(throws: SaveError.self) { try changes((field, value)) }
        }
    }

    @Test(arguments: [
        #"{"k":1}"#, #"{"k":null}"#, #"{"k":{"a":"b"}}"#, #"{"k":["a",1]}"#, #"{"k":[["a"]]}"#, #"{"k":true}"#,
    ])
    func `refuses flash messages that are no text`(value: String) {
        #expect(throws: SaveError.self) { try changes(("Flash", value)) }
    }

    @Test(arguments: ["Set", "Set-Once", "Flash", "Delete"])
    func `takes names of 256 bytes and refuses longer ones`(field: String) throws {
        func value(_ name: String) -> String { field == "Delete" ? name : #"{"\#(name)":"v"}"# }
        #expect(try !changes((field, value(String(repeating: "n", count: 256)))).isEmpty)
        #expect(try !changes((field, value(String(repeating: "é", count: 128)))).isEmpty)
        #expect(throws: SaveError.self) { try changes((field, value(String(repeating: "n", count: 257)))) }
        #expect(throws: SaveError.self) { try changes((field, value(String(repeating: "é", count: 128) + "n"))) }
    }

    @Test func `counts the bytes of a name, not those of its escapes`() throws {
        #expect(try !changes(("Set", #"{"\#(String(repeating: "\\u0041", count: 256))":1}"#)).isEmpty)
        #expect(throws: SaveError.self) { try changes(("Set", #"{"\#(String(repeating: "\\u00e9", count: 129))":1}"#)) }
    }

    @Test func `says which field is wrong and why`() throws {
        let error = #expect(throws: SaveError.self) { try changes(("Set", "{\"a\":}")) }
        #expect(error == .malformed(field: "X-Session-Set", why: "unexpected '}' at byte 5"))
        #expect(error?.reason == "X-Session-Set: unexpected '}' at byte 5")
    }

    @Test(arguments: [
        ("a", ["a"]), ("a,b", ["a", "b"]), (" a ,\tb c , ", ["a", "b c"]), ("", []), (",,", []), ("é", ["é"]),
        (#""a,b", "c" ,d"#, ["a,b", "c", "d"]), (#""\u00e9""#, ["é"]), ("\"\"", [""]),
        ("user_id, cart", ["user_id", "cart"]),
    ])
    func `reads lists of names to delete`(list: String, names: [String]) throws {
        var browser = Browser()
        var all = Members()
        for name in names + ["left"] { all[name] = 1 }
        try browser.visit(.ok(("Set", text(json(.object(all))))))
        try browser.visit(.ok(("Delete", list)))
        #expect(try browser.visit().session == #"{"left":1}"#)
    }

    @Test(arguments: ["\"a", "\"a\"b", "\"\\x\"", "a\u{0}b", "a\u{7F}", "\"\\ud800\""])
    func `refuses broken lists of names`(list: String) {
        #expect(throws: SaveError.self) { try changes(("Delete", list)) }
    }

    @Test func `is empty again after a reset`() throws {
        var changes = try changes(
            ("Set", #"{"a":1}"#),
            ("Clear", "1"),
            ("Keep", "1"),
            ("Flash", #"{"k":"m"}"#),
            ("Delete", "x")
        )
        #expect(!changes.isEmpty)
        changes.reset()
        #expect(changes.isEmpty)
        #expect(SessionChanges().isEmpty)
    }

    private func json(_ value: Value) -> [UInt8] {
        var text: [UInt8] = []
        JSON.write(value, into: &text)
        return text
    }
}
