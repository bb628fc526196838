/// How requests to services are signed, so that a service can be sure they came through the gateway.
public struct HandOverSettings: Sendable, Equatable {
    /// Who can verify, and with what.
    public enum Algorithm: Sendable, Equatable {
        /// HMAC-SHA256 (RFC 7518 section 3.2): services have the same key, and could sign themselves.
        case hs256
        /// Ed25519 (RFC 8037): services have the public key.
        case edDSA
    }

    /// The algorithm.
    public let algorithm: Algorithm
    /// At least 32 bytes for HS256, the 32 bytes of the private key for EdDSA.
    public let key: [UInt8]
    /// The key's name in signatures; default: derived from the key.
    public let keyID: String

    /// Takes a key as a route file has it.
    ///
    /// For HS256 it is a text of at least 32 bytes, or `hex:…` or `base64:…`. For EdDSA it is a private JWK (RFC 8037), a PEM
    /// of PKCS#8 as openssl makes it, or the key's 32 bytes in base64 or base64url, or as `hex:…` or `base64:…`.
    ///
    /// - Throws: `HandOverKeyError` when it is none of these.
    public init(_ algorithm: Algorithm, key text: String, keyID: String? = nil) throws(HandOverKeyError) {
        self.algorithm = algorithm
        switch algorithm {
        case .hs256:
            guard let bytes = Secret.bytes(of: text) else { throw .notEncoded }
            guard bytes.count >= Secret.shortest else { throw .tooShort(bytes: bytes.count) }
            key = bytes
            self.keyID = keyID ?? HandOverKey.fingerprint(ofSecret: bytes)
        case .edDSA:
            guard let bytes = HandOverKey.privateKey(in: text) else { throw .notAPrivateKey }
            key = bytes
            self.keyID = keyID ?? HandOverKey(privateKey: bytes).thumbprint
        }
    }
}

/// Why a text is no key to sign with; it shows nothing of the text.
public enum HandOverKeyError: Error, Equatable, CustomStringConvertible {
    /// It says that it is hexadecimal or base64 and is not.
    case notEncoded
    /// It has so many bytes, and 32 are the least.
    case tooShort(bytes: Int)
    /// It is in no form of an Ed25519 private key.
    case notAPrivateKey

    public var description: String {
        switch self {
        case .notEncoded: "is not in hexadecimal or base64, as it says"
        case .tooShort(let bytes): "has \(bytes) bytes, 32 are the least"
        case .notAPrivateKey: "is no Ed25519 private key: a JWK, a PEM of PKCS#8, or 32 bytes in base64"
        }
    }
}
