import Sessions
import Testing

/// Tokens, keys and values as bytes.
struct StoreTextTests {
    @Test func `a token has one spelling, and its key is its hash`() throws {
        var random = SeededRandom(5)
        let token = SessionToken(random: &random)
        var bytes: [UInt8] = []
        token.write(into: &bytes)
        #expect(bytes.count == SessionToken.textLength)
        let framed = Array("a=".utf8) + bytes + Array("; b=1".utf8)
        let read = SessionToken(framed.span, 2..<2 + bytes.count)
        #expect(read == token && read?.key == token.key)
        for place in bytes.indices {
            var changed = bytes
            changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "Q") : UInt8(ascii: "A")
            let other = SessionToken(changed.span, 0..<changed.count)
            #expect(other == nil || other?.key != token.key)
        }
        for wrong in [Array(bytes.dropLast()), bytes + bytes.prefix(1), bytes.dropLast() + [UInt8(ascii: "=")], []] {
            #expect(SessionToken(Array(wrong).span, 0..<wrong.count) == nil)
        }
    }

    /// Made with Python's hashlib.
    @Test func `a key's text is the tag in braces and the SHA-256 of the token`() throws {
        // base64url of 40 bytes 00 01 … 27.
        let cookie = Array("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJw".utf8)
        let read = SessionToken(cookie.span, 0..<cookie.count)
        let token = try #require(read)
        var key: [UInt8] = []
        token.key.write(into: &key)
        let hash = "5faa4eec3611556812c2d74b437c8c49add3f910f10063d801441f7d75cd5e3b"
        #expect(text(key) == "{0001020304050607}:\(hash)")
        #expect(token.key.id.description == String(hash.prefix(32)))
        #expect(token.key.tag == 0x0001_0203_0405_0607)
        var random = SeededRandom()
        let renewed = SessionToken(renewing: token.key, random: &random).key
        #expect(renewed.tag == token.key.tag && renewed != token.key && renewed.id != token.key.id)
    }

    @Test func `values are the text of X-Session`() {
        var values = StoredValues()
        #expect(text(values.json) == "{}" && values.isEmpty)
        let added = values.append(name: Array(#""a""#.utf8).span, text: Array("[1,{}]".utf8).span, stamp: 0)
        let addedToo = values.append(name: Array(#""\u00e9""#.utf8).span, text: Array(#""x""#.utf8).span, stamp: 3)
        #expect(added && addedToo)
        #expect(text(values.json) == #"{"a":[1,{}],"\u00e9":"x"}"#)
        #expect(values.count == 2 && values.hasOnce)
        #expect(values.entries.map { text($0.text) } == ["[1,{}]", #""x""#])
    }

    @Test func `a store's texts cannot break a header field`() {
        let good = (name: Array(#""a""#.utf8), text: Array("1".utf8))
        for bad in ["", "a", "\"", "a\"", "\"a", "\"a\u{0D}\n\"", "\"\u{7F}\"", "\"é\""] {
            var values = StoredValues()
            let isTaken = values.append(name: Array(bad.utf8).span, text: good.text.span, stamp: 0)
            #expect(!isTaken && text(values.json) == "{}", "\(bad)")
        }
        for bad in ["", "1\r\nX-Evil: 1", "\u{0}", "é", "\u{7F}"] {
            var values = StoredValues()
            let isTaken = values.append(name: good.name.span, text: Array(bad.utf8).span, stamp: 0)
            #expect(!isTaken && text(values.json) == "{}", "\(bad)")
        }
    }

    @Test func `a set keeps the place of a name, and a new one comes last`() {
        var values = StoredValues()
        values.apply(StoreScript.set(["a": "1", "b": "2", "c": "3"]))
        var operations = StoreScript.delete("c")
        operations.sets = StoreScript.set(["d": "4"]).sets + StoreScript.set(["a": "5"]).sets
        values.apply(operations)
        #expect(text(values.json) == #"{"a":5,"b":2,"d":4}"#)
    }

    @Test func `the end of a session bears any time`() {
        let times = StoreTimes(.testing())
        #expect(times.end(birth: 0, lastSeen: 0) == 86_400)
        #expect(times.end(birth: 0, lastSeen: 2_592_000) == 2_592_000)
        #expect(times.end(birth: .max, lastSeen: .max) == .max)
        #expect(times.end(birth: .min, lastSeen: 5) == .min + 2_592_000)
        #expect(StoreTimes.forwardingEnd(from: .max) == .max)
    }
}
