import Sessions
import Testing

/// Keys to sign with, in the forms people have them; that signatures verify is tried with other libraries end to end.
struct HandOverTests {
    private static let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    private static let jwk =
        #"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
    /// RFC 8410 section 10.3.
    private static let pem = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----
        """

    private static let hex = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"

    @Test(arguments: [
        seed, "hex:" + hex, seed.replacing("_", with: "/") + "=", "base64:" + seed.replacing("_", with: "/") + "=", jwk,
    ])
    func `a private key is read in each of its forms, and RFC 8037's has RFC 8037's thumbprint`(_ text: String) throws {
        let settings = try HandOverSettings(.edDSA, key: text)
        #expect(settings.key.count == 32)
        #expect(settings.keyID == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        let key = try #require(HandOverKey(text: text))
        #expect(key.publicJWK.contains(#""x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#))
        #expect(!key.publicJWK.contains("\"d\"") && !key.publicJWK.contains(Self.seed))
        #expect(HandOverKey(text: key.privateJWK)?.publicJWK == key.publicJWK)
    }

    @Test func `a PEM is read with its line ends as they are, or as blanks, as an environment makes them`() throws {
        let settings = try HandOverSettings(.edDSA, key: Self.pem, keyID: "mine")
        #expect(settings.keyID == "mine")
        #expect(settings.key.first == 0xD4 && settings.key.last == 0x42 && settings.key.count == 32)
        for text in [Self.pem.replacing("\n", with: "\r\n"), Self.pem.replacing("\n", with: " ")] {
            #expect(try HandOverSettings(.edDSA, key: text).key == settings.key)
        }
    }

    @Test(arguments: [
        "", "{}", "{", "hex:00", #"{"kty":"OKP","crv":"X25519","d":"\#(seed)"}"#, #"{"kty":"OKP","crv":"Ed25519"}"#,
        "-----BEGIN PRIVATE KEY-----", String(pem.dropLast(40)), pem.replacing("PRIVATE", with: "PUBLIC"), seed + "A",
        String(repeating: "x", count: 64), hex,
    ])
    func `what is no private key is refused`(_ text: String) {
        #expect(throws: HandOverKeyError.notAPrivateKey) { try HandOverSettings(.edDSA, key: text) }
    }

    @Test func `a secret to sign with has 32 bytes or more`() throws {
        #expect(throws: HandOverKeyError.tooShort(bytes: 31)) {
            try HandOverSettings(.hs256, key: String(repeating: "x", count: 31))
        }
        #expect(throws: HandOverKeyError.notEncoded) { try HandOverSettings(.hs256, key: "hex:xx") }
        let settings = try HandOverSettings(.hs256, key: String(repeating: "x", count: 32))
        #expect(settings.keyID.count == 8)
        #expect(settings.keyID != (try HandOverSettings(.hs256, key: String(repeating: "y", count: 32))).keyID)
    }

    @Test func `a signature has header, nothing, and code, and depends on all that is signed`() throws {
        let settings = try HandOverSettings(.hs256, key: String(repeating: "x", count: 32), keyID: "k\"")
        func sign(_ content: String, time: Int64 = 1, number: UInt64 = 2, audience: String = "app") -> String {
            var text: [UInt8] = []
            HandOverSigner(settings, audience: audience, fields: ["x-session"])
                .sign(Array(content.utf8), time: time, number: number, into: &text)
            return String(decoding: text, as: UTF8.self)
        }
        let first = sign("a")
        let parts = first.split(separator: ".", omittingEmptySubsequences: false)
        #expect(parts.count == 3 && parts[1].isEmpty && parts[2].count == 43)
        #expect(first == sign("a"))
        let others = [sign("b"), sign("a", time: 2), sign("a", number: 3), sign("a", audience: "api")]
        #expect(Set(others + [first]).count == 5)
        #expect(Set((others + [first]).map { $0.split(separator: ".").last }).count == 5)
    }
}
