import Testing

@testable import Sessions

struct Base64URLTests {
    private func decoded(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        return Base64URL.decode(bytes.span, 0..<bytes.count)
    }

    @Test func `reads back what it writes, at every length`() {
        var random = SeededRandom(3)
        for length in 0..<100 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            var text: [UInt8] = []
            Base64URL.encode(bytes, into: &text)
            #expect(text.count == Base64URL.length(ofBytes: length))
            #expect(Base64URL.decode(text.span, 0..<text.count) == bytes)
        }
    }

    @Test(arguments: [
        ("", []), ("Zg", [0x66]), ("Zm8", [0x66, 0x6F]), ("Zm9v", [0x66, 0x6F, 0x6F]), ("-_-_", [0xFB, 0xFF, 0xBF]),
    ])
    func `reads the vectors of RFC 4648`(text: String, bytes: [UInt8]) {
        #expect(decoded(text) == bytes)
    }

    @Test(arguments: ["Z", "Zm9vY", "Zg==", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm v", "Zm9v\n", "Zm9\u{7F}", "é", "Zm9vZ!"])
    func `refuses foreign characters, odd lengths and second spellings`(text: String) {
        #expect(decoded(text) == nil)
    }
}

struct SealingTests {
    private let now: Int64 = 1_800_000_000

    private func sealed() throws -> (browser: Browser, cookie: String) {
        var browser = Browser(now: now)
        try browser.visit(.ok(("Set", #"{"user_id":42,"name":"Ada"}"#), ("Flash", #"{"success":"Hi."}"#)))
        return (browser, try #require(browser.cookie))
    }

    @Test func `opens only as it was sealed, whichever byte is changed`() throws {
        var (browser, cookie) = try sealed()
        let bytes = Array(cookie.utf8)
        for place in bytes.indices {
            for replacement in [bytes[place] ^ 1, 0x41, 0x5F, 0x3D, 0x00, 0xFF, 0x20] where replacement != bytes[place]
            {
                var changed = bytes
                changed[place] = replacement
                let opened = browser.sessions.open(
                    changed.span,
                    candidates: [0..<changed.count],
                    flashCandidates: [0..<changed.count],
                    now: now
                )
                #expect(opened.outcome != .opened && opened.outcome != .none)
                #expect(opened.json == Array("{}".utf8))
                #expect(opened.idText.isEmpty && opened.flashJSON.isEmpty)
                #expect(opened.hasDeadCookie && opened.hasDeadFlash)
            }
        }
        browser.cookie = cookie
        #expect(browser.open().outcome == .opened)
    }

    @Test func `does not open cut, doubled, prolonged or padded`() throws {
        var (browser, cookie) = try sealed()
        for length in 0..<cookie.utf8.count {
            browser.cookie = String(cookie.prefix(length))
            #expect(browser.open().outcome != .opened)
            browser.cookie = String(cookie.suffix(length))
            #expect(browser.open().outcome != .opened)
        }
        for other in [cookie + cookie, cookie + "A", cookie + "AAAA", cookie + "=", "\"\(cookie)\"", " " + cookie] {
            browser.cookie = other
            #expect(browser.open().outcome != .opened)
        }
    }

    @Test func `does not open garbage of any size`() {
        var browser = Browser()
        var random = SeededRandom(11)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        for length in [0, 1, 5, 43, 44, 86, 87, 88, 200, 4095, 4096, 4097, 60_000] {
            browser.cookie = String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "A" })
            #expect([.malformed, .unknownKey].contains(browser.open().outcome))
        }
        // The right version and key id in front of random bytes.
        let key = SealingKey(secret: SessionSettings.firstSecret, sessionName: "a", flashName: "b")
        for length in [0, 1, 27, 28, 29, 60, 64, 3000] {
            let body = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            var text: [UInt8] = []
            var raw: [UInt8] = [1]
            appendBigEndian(key.id, to: &raw)
            Base64URL.encode(raw + body, into: &text)
            browser.cookie = String(decoding: text, as: UTF8.self)
            #expect(browser.open().outcome == (length > 28 ? .forged : .malformed))
        }
    }

    @Test func `cannot be moved to the flash cookie, from it, or to another name`() throws {
        let (browser, cookie) = try sealed()
        let flash = try #require(browser.flashCookie)
        var moved = browser
        moved.jar = [("_gateway_session", flash), ("_gateway_session_flash", cookie)]
        #expect(moved.open().outcome == .forged)
        #expect(moved.open().hasDeadFlash)

        var other = Browser(now: now) { $0.name = "other" }
        other.jar = [("other", cookie), ("other_flash", flash)]
        #expect(other.open().outcome == .forged)
        #expect(other.open().hasDeadFlash)

        // A session whose name is the other's flash name.
        var flashNamed = Browser(now: now) { $0.name = "_gateway_session_flash" }
        flashNamed.jar = [("_gateway_session_flash", flash)]
        #expect(flashNamed.open().outcome == .forged)
    }

    @Test func `does not open with another secret`() throws {
        var (browser, _) = try sealed()
        browser.reconfigure { $0.secrets = [SessionSettings.secondSecret] }
        #expect(browser.open().outcome == .unknownKey)
        #expect(browser.open().hasDeadCookie)
        browser.reconfigure { $0.secrets = [] }
        #expect(browser.open().outcome == .unknownKey)
    }

    @Test func `tries every secret of the same key id`() throws {
        var (browser, cookie) = try sealed()
        let secrets = [SessionSettings.firstSecret, SessionSettings.firstSecret, SessionSettings.secondSecret]
        browser.reconfigure { $0.secrets = secrets }
        browser.cookie = cookie
        #expect(browser.open().outcome == .opened)
    }

    @Test func `says little of its length`() throws {
        var lengths: Set<Int> = []
        for count in 0..<64 {
            var browser = Browser()
            try browser.visit(.ok(("Set", #"{"k":"\#(String(repeating: "x", count: count))"}"#)))
            lengths.insert(try #require(browser.cookie).utf8.count)
        }
        #expect(lengths.count <= 3)
    }

    @Test func `never seals the same values to the same text`() throws {
        var browser = Browser()
        var cookies: Set<String> = []
        for value in 0..<100 {
            try browser.visit(.ok(("Set", #"{"n":\#(value % 2)}"#)))
            cookies.insert(try #require(browser.cookie))
        }
        #expect(cookies.count == 100)
    }

    @Test func `refuses a plaintext whose lengths do not fit`() {
        let record = SessionRecord(
            json: Array(#"{"a":1}"#.utf8),
            once: Array(#"["a"]"#.utf8),
            id: SessionID(high: 1, low: 2),
            birth: 3,
            lastSeen: 4
        )
        let plaintext = record.plaintext
        #expect(plaintext.count == 64)
        #expect(SessionRecord(plaintext)?.json == record.json)
        #expect(SessionRecord(plaintext)?.onceNames == ["a"])
        #expect(SessionRecord(plaintext)?.id == record.id)
        for length in 0..<SessionRecord.fixedLength { #expect(SessionRecord(Array(plaintext.suffix(length))) == nil) }
        for place in 1...4 {
            var changed = plaintext
            changed[changed.count - place] = 0xFF
            #expect(SessionRecord(changed) == nil)
        }
        #expect(SessionRecord([UInt8](repeating: 0, count: 64)) == nil)
        #expect(FlashRecord([UInt8](repeating: 0, count: 32)) == nil)
        #expect(FlashRecord([UInt8](repeating: 0xFF, count: 32)) == nil)
        #expect(FlashRecord([]) == nil)
    }

    @Test func `makes secrets of 64 hexadecimal digits`() {
        var random = SeededRandom()
        let secret = Secret.generate(random: &random)
        #expect(secret.utf8.count == 64)
        #expect(secret.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        #expect(secret != Secret.generate(random: &random))
    }

    @Test func `keeps keys and ids as RFC 5869 derives them, so that cookies outlive versions`() {
        let key = SealingKey(secret: SessionSettings.firstSecret, sessionName: "s", flashName: "s_flash")
        #expect(key.id == 0xC8CC_A5DA)
        #expect(key.header(.session) == [1, 0xC8, 0xCC, 0xA5, 0xDA] + Array("ss".utf8))
        #expect(key.header(.flash) == [1, 0xC8, 0xCC, 0xA5, 0xDA] + Array("fs_flash".utf8))
    }
}
