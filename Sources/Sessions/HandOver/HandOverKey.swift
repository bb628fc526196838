import Crypto

/// An Ed25519 key pair in the forms people keep one in.
public struct HandOverKey: Sendable {
    private let seed: [UInt8]
    private let publicKey: [UInt8]

    /// Makes a new pair.
    public init(random: inout some RandomNumberGenerator) {
        var seed: [UInt8] = []
        for _ in 0..<4 { appendBigEndian(random.next() as UInt64, to: &seed) }
        self.init(privateKey: seed)
    }

    /// Takes the text of a private key, in the forms of `HandOverSettings`; nil when it is none.
    public init?(text: String) {
        guard let seed = HandOverKey.privateKey(in: text) else { return nil }
        self.init(privateKey: seed)
    }

    /// Any 32 bytes are a private key; of another count nothing comes.
    init(privateKey: [UInt8]) {
        seed = privateKey
        publicKey =
            (try? Curve25519.Signing.PrivateKey(rawRepresentation: privateKey))
            .map { [UInt8]($0.publicKey.rawRepresentation) } ?? []
    }

    /// The private key as a JWK (RFC 8037 section 2), in one line: for the gateway alone.
    public var privateJWK: String { jwk(with: seed) }

    /// The public key as a JWK, in one line: for the services.
    public var publicJWK: String { jwk(with: nil) }

    /// The public key's thumbprint (RFC 7638, RFC 8037 section 2), its `kid` where nothing else is wanted.
    public var thumbprint: String {
        let canonical = #"{"crv":"Ed25519","kty":"OKP","x":"\#(base64URL(publicKey))"}"#
        return base64URL(Array(SHA256.hash(data: Array(canonical.utf8))))
    }

    private func jwk(with seed: [UInt8]?) -> String {
        let secret = seed.map { #""d":"\#(base64URL($0))","# } ?? ""
        return #"{"kty":"OKP","crv":"Ed25519",\#(secret)"x":"\#(base64URL(publicKey))","kid":"\#(thumbprint)","#
            + #""alg":"EdDSA","use":"sig"}"#
    }

    /// The eight hexadecimal digits that tell one HS256 key from another, and nothing of it.
    static func fingerprint(ofSecret secret: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("gateway hand-over v1 key id".utf8),
            using: SymmetricKey(data: secret)
        )
        return SealingKey.fingerprint(code.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
    }

    /// The 32 bytes of a private key; nil where there are none.
    static func privateKey(in text: String) -> [UInt8]? {
        let bytes: [UInt8]?
        if text.contains("{") {
            bytes = fromJWK(text)
        } else if text.contains("-----BEGIN PRIVATE KEY-----") {
            bytes = fromPEM(text)
        } else if text.hasPrefix("hex:") || text.hasPrefix("base64:") {
            bytes = Secret.bytes(of: text)
        } else {
            let ascii = Array(text.utf8)
            bytes = Base64.decode(text) ?? Base64URL.decode(ascii.span, 0..<ascii.count)
        }
        return bytes.flatMap { $0.count == 32 ? $0 : nil }
    }

    private static func fromJWK(_ text: String) -> [UInt8]? {
        guard case .object(let members)? = try? JSON.parse(Array(text.utf8).span),
            members["kty"] == .string("OKP"), members["crv"] == .string("Ed25519"),
            case .string(let secret)? = members["d"]
        else { return nil }
        let ascii = Array(secret.utf8)
        return Base64URL.decode(ascii.span, 0..<ascii.count)
    }

    /// PKCS#8 (RFC 8410 section 7): version, the algorithm 1.3.101.112, and the key as a string in a string.
    private static func fromPEM(_ text: String) -> [UInt8]? {
        let lines = text.split(whereSeparator: \.isWhitespace)
        let body = text.contains("\n") ? text.split(whereSeparator: \.isNewline).map(String.init) : []
        let inner = (body.isEmpty ? lines.map(String.init) : body)
            .filter { !$0.isEmpty && !$0.hasPrefix("-----") && !["PRIVATE", "KEY-----"].contains($0) }
            .joined()
        guard let der = Base64.decode(inner), der.count >= 48, der[0] == 0x30, der[2...3] == [0x02, 0x01],
            der[5..<16] == [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
        else { return nil }
        return Array(der[16..<48])
    }
}

/// Bytes in base64url, without padding.
private func base64URL(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    Base64URL.encode(bytes, into: &text)
    return String(decoding: text, as: UTF8.self)
}
