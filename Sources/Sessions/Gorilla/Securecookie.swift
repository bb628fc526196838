import Crypto
import CryptoExtras

/// Opens and seals cookie values as gorilla/securecookie does: `base64url(date|base64url(content)|HMAC-SHA256)`.
///
/// The code authenticates the cookie's name, the date and the content, which is encrypted by AES-CTR if there is a block
/// key. It says nothing of the key, so that every one is tried.
struct Securecookie: Sendable {
    /// What came of opening a value.
    enum Opened {
        /// It was sealed at this time, in seconds since 1970, by the key at this place.
        case content([UInt8], date: Int64, keyIndex: Int, code: [UInt8])
        /// It is not in the form of a value, or a key sealed something that it does not decrypt.
        case malformed
        /// No key sealed it under this name.
        case forged
    }

    private struct Key {
        let hash: SymmetricKey
        let block: SymmetricKey?
    }

    private static let codeLength = 32
    private static let vectorLength = 16
    private static let bar = UInt8(ascii: "|")

    private let keys: [Key]
    private let front: [UInt8]

    /// Takes the keys as they are; the first seals, all open.
    ///
    /// Block keys are none, or one for each hash key.
    init(hashKeys: [[UInt8]], blockKeys: [[UInt8]], name: String) {
        keys = hashKeys.indices.map { place in
            Key(
                hash: SymmetricKey(data: hashKeys[place]),
                block: blockKeys.indices.contains(place) ? SymmetricKey(data: blockKeys[place]) : nil
            )
        }
        front = Array(name.utf8) + [Securecookie.bar]
    }

    /// Opens the value in a range of bytes; how old it may be is the caller's to say.
    func open(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Opened {
        guard range.count <= CookieSessions.largestCookie, let raw = Base64.decodeURL(bytes, range),
            raw.count > Securecookie.codeLength
        else { return .malformed }
        // The code is binary and may hold a bar; date and content do not.
        let codeStart = raw.count - Securecookie.codeLength
        guard raw[codeStart - 1] == Securecookie.bar, let dateEnd = raw.firstIndex(of: Securecookie.bar),
            dateEnd < codeStart - 1, let date = Securecookie.date(raw[..<dateEnd])
        else { return .malformed }
        let message = front + raw[..<(codeStart - 1)]
        let code = Array(raw[codeStart...])
        for (index, key) in keys.enumerated()
        where HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: key.hash) {
            guard let inner = Base64.decodeURL(raw.span, dateEnd + 1..<codeStart - 1),
                let content = Securecookie.decrypted(inner, key.block)
            else { return .malformed }
            return .content(content, date: date, keyIndex: index, code: code)
        }
        return .forged
    }

    /// Seals with the first key.
    func seal(_ content: [UInt8], date: Int64, random: inout some RandomNumberGenerator) throws(SaveError) -> [UInt8] {
        guard let key = keys.first else { throw .noSecret }
        var inner = content
        if let block = key.block {
            var vector: [UInt8] = []
            appendBigEndian(random.next() as UInt64, to: &vector)
            appendBigEndian(random.next() as UInt64, to: &vector)
            guard let encrypted = Securecookie.crypt(content, block, vector) else { throw .sealing }
            inner = vector + encrypted
        }
        let dated = Array("\(date)|".utf8) + Base64.encodeURL(inner)
        let code = HMAC<SHA256>.authenticationCode(for: front + dated, using: key.hash)
        return Base64.encodeURL(dated + [Securecookie.bar] + Array(code))
    }

    private static func decrypted(_ bytes: [UInt8], _ key: SymmetricKey?) -> [UInt8]? {
        guard let key else { return bytes }
        guard bytes.count > vectorLength else { return nil }
        return crypt(Array(bytes[vectorLength...]), key, Array(bytes[..<vectorLength]))
    }

    /// In counter mode encrypting and decrypting are the same.
    private static func crypt(_ bytes: [UInt8], _ key: SymmetricKey, _ vector: [UInt8]) -> [UInt8]? {
        guard let nonce = try? AES._CTR.Nonce(nonceBytes: vector),
            let result = try? AES._CTR.encrypt(bytes, using: key, nonce: nonce)
        else { return nil }
        return [UInt8](result)
    }

    /// Seconds since 1970 in decimal; nil for anything else.
    private static func date(_ text: ArraySlice<UInt8>) -> Int64? {
        guard (1...12).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
        var date: Int64 = 0
        for byte in text {
            guard (0x30...0x39).contains(byte) else { return nil }
            date = date * 10 + Int64(byte - 0x30)
        }
        return date
    }
}
