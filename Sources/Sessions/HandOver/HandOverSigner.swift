import Crypto

/// Signs what a service is told: `X-Session-Signature`, a JWS with detached content (RFC 7515 appendix F).
///
/// The content is never sent, as the service has all of it: the method, the target, and the values of the fields that the
/// protected header lists, each ending in a line feed; the value of a field that is not there is empty. No field's value
/// can hold a line feed, so that two different requests never have the same content.
public struct HandOverSigner: Sendable {
    private enum Key: Sendable {
        case hs256(SymmetricKey)
        case edDSA(Curve25519.Signing.PrivateKey)
    }

    private let key: Key?
    /// The protected header but for the time and the number.
    private let front: [UInt8]

    /// Prepares to sign for one audience.
    ///
    /// `audience` is the upstream's name in the route file, so that one service cannot pass off what it got to another.
    /// `fields` are the names of the fields that are signed, in lower case and in the order of their values.
    public init(_ settings: HandOverSettings, audience: String, fields: [String]) {
        switch settings.algorithm {
        case .hs256: key = .hs256(SymmetricKey(data: settings.key))
        case .edDSA: key = (try? Curve25519.Signing.PrivateKey(rawRepresentation: settings.key)).map(Key.edDSA)
        }
        var header = Members()
        header["alg"] = .string(settings.algorithm == .hs256 ? "HS256" : "EdDSA")
        header["typ"] = "gateway-session"
        header["kid"] = .string(settings.keyID)
        header["aud"] = .string(audience)
        header["fields"] = fields.value
        // Two more members follow.
        front = JSON.text(of: header).dropLast()
    }

    /// Appends `header..signature` of some content.
    ///
    /// `time` is in seconds since 1970; `number` tells two equal requests of a second apart. Appends nothing when the key
    /// cannot sign, which services take for a request that nobody signed.
    public func sign(_ content: [UInt8], time: Int64, number: UInt64, into text: inout [UInt8]) {
        guard let key else { return }
        var header = front
        header.append(contentsOf: ",\"iat\":\(time),\"jti\":\"".utf8)
        appendHex(number, to: &header)
        header.append(contentsOf: "\"}".utf8)
        var input: [UInt8] = []
        input.reserveCapacity(Base64URL.length(ofBytes: header.count + content.count) + 3)
        Base64URL.encode(header, into: &input)
        let headerLength = input.count
        input.append(UInt8(ascii: "."))
        Base64URL.encode(content, into: &input)
        let signature: [UInt8]
        switch key {
        case .hs256(let key): signature = Array(HMAC<SHA256>.authenticationCode(for: input, using: key))
        case .edDSA(let key):
            guard let made = try? key.signature(for: input) else { return }
            signature = [UInt8](made)
        }
        text.append(contentsOf: input[..<headerLength])
        text.append(contentsOf: "..".utf8)
        Base64URL.encode(signature, into: &text)
    }
}
