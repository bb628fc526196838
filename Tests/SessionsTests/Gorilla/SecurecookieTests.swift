import Testing

@testable import Sessions

/// The form of the cookies, against values that gorilla/securecookie made.
struct SecurecookieTests {
    /// `{"foo": "bar"}` under the name `_buffalo_session`, made by gorilla at 1700000000.
    static let vector =
        "MTcwMDAwMDAwMHxEdi1CQkFFQ180SUFBUkFCRUFBQUlQLUNBQUVHYzNSeWFXNW5EQVVBQTJadmJ3WnpkSEpwYm1jTUJRQURZbUZ5fE3pz-_C"
        + "uPdmsngzaDk3sjCFhTfB2F_d8CmpNJVyb-dW"
    /// The same, signed with an empty key, as securecookie 1.1.1 does where no secret is set.
    static let forgery =
        "MTcwMDAwMDAwMHxEdi1CQkFFQ180SUFBUkFCRUFBQUlQLUNBQUVHYzNSeWFXNW5EQVVBQTJadmJ3WnpkSEpwYm1jTUJRQURZbUZ5fJjNYtdF"
        + "jBGJ1IANOqS-R0E1O7jUUvr0GkVZAayVwtwu"
    static let shortSecret = Array("buffalo-secret".utf8)

    private func codec(
        _ hashKeys: [[UInt8]] = [shortSecret],
        _ blockKeys: [[UInt8]] = [],
        name: String = "_buffalo_session"
    ) -> Securecookie {
        Securecookie(hashKeys: hashKeys, blockKeys: blockKeys, name: name)
    }

    private func open(_ codec: Securecookie, _ value: String) -> Securecookie.Opened {
        let bytes = Array(value.utf8)
        return codec.open(bytes.span, 0..<bytes.count)
    }

    @Test func `opens the cookie gorilla made`() throws {
        guard case .content(let gob, let date, let keyIndex, _) = open(codec(), Self.vector) else {
            Issue.record("it does not open")
            return
        }
        #expect(date == 1_700_000_000)
        #expect(keyIndex == 0)
        #expect(try GobMap(gob)["foo"]?.value == "bar")
    }

    @Test func `seals the very bytes gorilla made`() throws {
        var map = GobMap()
        map["foo"] = GobInterface("bar")
        var random = SeededRandom()
        let sealed = try codec().seal(map.gob, date: 1_700_000_000, random: &random)
        #expect(text(sealed) == Self.vector)
    }

    @Test func `a name is authenticated with the value`() {
        guard case .forged = open(codec(name: "_other_session"), Self.vector) else {
            Issue.record("a cookie moved to another name opens")
            return
        }
    }

    @Test func `what an empty key signed opens with no other`() {
        guard case .forged = open(codec(), Self.forgery) else {
            Issue.record("a cookie that anybody can make opens")
            return
        }
    }

    @Test func `every bit of a cookie counts`() {
        let bytes = Array(Self.vector.utf8)
        for place in bytes.indices {
            for bit in 0..<7 {
                var changed = bytes
                changed[place] ^= 1 << UInt8(bit)
                if case .content = codec().open(changed.span, 0..<changed.count) {
                    Issue.record("bit \(bit) of byte \(place) makes no difference")
                }
            }
        }
    }

    @Test func `a cookie cut short or made longer does not open`() {
        for count in 0..<Self.vector.utf8.count {
            if case .content = open(codec(), String(Self.vector.prefix(count))) {
                Issue.record("the first \(count) bytes open")
            }
        }
        for end in ["=", "====", "A", "AAAA", "\n"] {
            if case .content = open(codec(), Self.vector + end) { Issue.record("it opens with \(end) at its end") }
        }
    }

    @Test(arguments: [16, 24, 32])
    func `what a block key encrypts it decrypts`(length: Int) throws {
        let block = [UInt8](repeating: 7, count: length)
        let sealing = codec([SessionSettings.firstSecret], [block])
        var random = SeededRandom(9)
        let content = Array("some content that is longer than one block of AES".utf8)
        let sealed = text(try sealing.seal(content, date: 5, random: &random))
        guard case .content(content, 5, 0, _) = open(sealing, sealed) else {
            Issue.record("it does not open")
            return
        }
        guard case .content(let other, _, _, _) = open(codec([SessionSettings.firstSecret]), sealed) else {
            Issue.record("it is not authenticated by the hash key alone")
            return
        }
        #expect(other.count == content.count + 16)
        #expect(Array(other.dropFirst(16)) != content)
    }

    @Test func `each hash key has its block key`() throws {
        let blocks = [[UInt8](repeating: 1, count: 16), [UInt8](repeating: 2, count: 32)]
        let secrets = [SessionSettings.firstSecret, SessionSettings.secondSecret]
        let old = codec([secrets[1]], [blocks[1]])
        var random = SeededRandom(3)
        let sealed = text(try old.seal(Array("content".utf8), date: 5, random: &random))
        guard case .content(let content, _, let keyIndex, _) = open(codec(secrets, blocks), sealed) else {
            Issue.record("the older pair does not open")
            return
        }
        #expect(text(content) == "content")
        #expect(keyIndex == 1)
    }
}
