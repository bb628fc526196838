import Testing

@testable import Sessions

struct JSONTests {
    private func rewritten(_ json: String) throws -> String {
        let value = try JSON.parse(Array(json.utf8).span)
        var text: [UInt8] = []
        JSON.write(value, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1.0", "1e3", "1E+3", "-12.5e-7", "9007199254740993", "1e400",
        "18446744073709551615", "-9223372036854775808", "0.1000000000000000055511151231257827", #""""#, #""a b""#,
        "[]", "{}", "[1,2,[3,[4]]]", #"{"a":{"b":[null,true]}}"#, #"{"":1}"#, #""\"\\\b\f\n\r\t""#,
    ])
    func `writes what it read in the form it had`(json: String) throws {
        #expect(try rewritten(json) == json)
    }

    @Test(arguments: [
        ("\"é\"", #""\u00e9""#),
        ("\"😀\"", #""\ud83d\ude00""#),
        (#""\uD83D\uDE00""#, #""\ud83d\ude00""#),
        (#""\u0041\/""#, #""A/""#),
        ("\"\u{7F}\"", #""\u007f""#),
        (#""\u0000\u001f""#, #""\u0000\u001f""#),
        ("\"\u{2028}\u{FFFF}\"", #""\u2028\uffff""#),
        (" \t\r\n{ \"a\" : [ 1 , 2 ] } \n", #"{"a":[1,2]}"#),
        (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
        ("{\"é\":1,\"e\u{301}\":2}", #"{"\u00e9":1,"e\u0301":2}"#),
    ])
    func `writes ASCII without spaces, and the last of a name said twice`(json: String, expected: String) throws {
        #expect(try rewritten(json) == expected)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "tru", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+",
        "0x1",
        "1 2", "\"", "\"\\\"", "\"\\x\"", #""\u12""#, #""\u12g4""#, #""\ud83d""#, #""\ude00""#, #""\ud83d\u0041""#,
        #""\ud83d\ud83d""#, #""\ud83dx""#, "\"\n\"", "\"\u{0}\"", "'a'", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]",
        "{",
        "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{,}", "{\"a\":1}}",
        "[1]x", "\u{FEFF}1", "// x\n1", "1\u{0}", "\u{A0}1",
    ])
    func `refuses what RFC 8259 does not allow`(json: String) {
        #expect(throws: JSONError.self) { try rewritten(json) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
        ] as [[UInt8]]
    )
    func `refuses strings that are not UTF-8`(bytes: [UInt8]) {
        #expect(throws: JSONError(reason: .invalidUTF8, offset: 0)) { try JSON.parse(bytes.span) }
    }

    @Test func `reads 64 levels and no more`() throws {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try rewritten(deepest) == deepest)
        let objects = String(repeating: #"{"a":"#, count: 64) + "1" + String(repeating: "}", count: 64)
        #expect(try rewritten(objects) == objects)
        #expect(throws: JSONError(reason: .tooDeep, offset: 64)) { try rewritten("[" + deepest + "]") }
        #expect(throws: JSONError.self) { try rewritten(String(repeating: "[", count: 100_000)) }
    }

    @Test func `says what is wrong and where`() {
        #expect(throws: JSONError(reason: .unexpectedByte(0x7D), offset: 5)) { try rewritten(#"{"a":}"#) }
        #expect(throws: JSONError(reason: .loneSurrogate, offset: 1)) { try rewritten(#""\ude00""#) }
        #expect(throws: JSONError(reason: .trailingBytes, offset: 2)) { try rewritten("1 2") }
        #expect(JSONError(reason: .unexpectedByte(0x7D), offset: 5).description == "unexpected '}' at byte 5")
    }

    @Test func `survives every cut and every changed byte of a rich text`() {
        let json = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00\n"],"b":{"c":null,"d":true}}"#.utf8)
        for length in 0..<json.count {
            #expect(throws: JSONError.self) { try JSON.parse(Array(json[..<length]).span) }
        }
        var random = SeededRandom(7)
        var read = 0
        for _ in 0..<20_000 {
            var changed = json
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                changed[Int.random(in: 0..<json.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let value = try? JSON.parse(changed.span) else { continue }
            read += 1
            var once: [UInt8] = []
            JSON.write(value, into: &once)
            #expect(once.allSatisfy { (0x20...0x7E).contains($0) })
            #expect((try? JSON.parse(once.span)) == value)
        }
        #expect(read > 100)
    }

    @Test func `reads an object of many names without going through all for each`() throws {
        let names = (0..<20_000).map { "\"n\($0)\":\($0)" }
        let json = "{" + names.joined(separator: ",") + ",\"n7\":\"again\"}"
        guard case .object(let members) = try JSON.parse(Array(json.utf8).span) else {
            Issue.record("not an object")
            return
        }
        #expect(members.count == 20_000)
        #expect(members["n7"] == "again")
        #expect(members["n19999"] == 19_999)
    }
}
