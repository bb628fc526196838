import Crypto
import CryptoExtras

/// Seals and opens cookie values: `base64url(version ‖ key id ‖ nonce ‖ ciphertext ‖ tag)` under AES-256-GCM-SIV (RFC 8452).
///
/// With random nonces one key is safe for 2^48 seals, as a nonce that comes twice shows no more than whether two values
/// are equal.
struct Sealer: Sendable {
    /// What came of opening a value.
    enum Opened {
        /// It was sealed by the key at this place among the secrets.
        case plaintext([UInt8], keyIndex: Int)
        /// It is not in the form of a sealed value.
        case malformed
        /// No secret has the key id it names.
        case unknownKey
        /// A secret has the key id, but did not seal this under this name.
        case forged
    }

    private static let nonceLength = 12
    private static let tagLength = 16
    private static let headLength = 5
    private static let overhead = headLength + nonceLength + tagLength
    /// Longer values cannot come from here: browsers drop cookies over this size.
    static let longestValue = 4096
    /// Nor can longer texts, spread over as many cookies as there may be.
    static let longestText = longestValue * CookieSessions.mostChunks

    let keys: [SealingKey]

    /// Makes the keys; the first seals, all open.
    init(secrets: [[UInt8]], sessionName: String, flashName: String) {
        keys = secrets.map { SealingKey(secret: $0, sessionName: sessionName, flashName: flashName) }
    }

    /// The length of a sealed value that holds this many bytes of plaintext.
    static func sealedLength(ofPlaintext count: Int) -> Int {
        Base64URL.length(ofBytes: count + overhead)
    }

    /// Opens the value in a range of bytes.
    func open(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        as purpose: SealPurpose,
        longest: Int = Sealer.longestValue
    ) -> Opened {
        guard range.count <= longest, var raw = Base64URL.decode(bytes, range),
            raw.count > Sealer.overhead, raw[0] == SealingKey.version
        else { return .malformed }
        let id = UInt32(raw[1]) << 24 | UInt32(raw[2]) << 16 | UInt32(raw[3]) << 8 | UInt32(raw[4])
        // Crypto wants nonce, ciphertext and tag in one piece and copies it. Moved to the front they are an array, for
        // which it allocates once less than for a slice.
        raw.removeFirst(Sealer.headLength)
        guard let box = try? AES.GCM._SIV.SealedBox(combined: raw) else { return .malformed }
        var known = false
        for (index, key) in keys.enumerated() where key.id == id {
            known = true
            if let plaintext = try? AES.GCM._SIV.open(box, using: key.key, authenticating: key.header(purpose)) {
                return .plaintext([UInt8](plaintext), keyIndex: index)
            }
        }
        return known ? .forged : .unknownKey
    }

    /// The id of the key that a value says it was sealed with; nil when it is not in the form of one.
    static func keyID(_ text: Span<UInt8>) -> UInt32? {
        guard text.count <= longestText, let raw = Base64URL.decode(text, 0..<text.count), raw.count > overhead,
            raw[0] == SealingKey.version
        else { return nil }
        return raw[1..<headLength].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Why a value is not in the form of a sealed one, for somebody who looks for a mistake.
    static func objection(to text: [UInt8]) -> String {
        if text.count > longestText { return "it is longer than \(longestText) bytes" }
        guard let raw = Base64URL.decode(text.span, 0..<text.count) else {
            return "it is not base64url: quoted, cut, or not made by a gateway"
        }
        if raw.count <= overhead { return "it is too short to hold anything" }
        if raw[0] != SealingKey.version { return "it is not a sealed cookie, or one of a later version" }
        return "what was sealed cannot be read"
    }

    /// The sealed value, made with the first key.
    func seal(
        _ plaintext: [UInt8],
        as purpose: SealPurpose,
        random: inout some RandomNumberGenerator
    ) throws(SaveError) -> [UInt8] {
        guard let key = keys.first else { throw .noSecret }
        var nonce: [UInt8] = []
        nonce.reserveCapacity(Sealer.nonceLength)
        appendBigEndian(random.next() as UInt64, to: &nonce)
        appendBigEndian(random.next() as UInt32, to: &nonce)
        do {
            let box = try AES.GCM._SIV.seal(
                plaintext,
                using: key.key,
                nonce: AES.GCM._SIV.Nonce(data: nonce),
                authenticating: key.header(purpose)
            )
            var raw = [SealingKey.version]
            raw.reserveCapacity(Sealer.overhead + plaintext.count)
            appendBigEndian(key.id, to: &raw)
            raw.append(contentsOf: box.combined)
            var text: [UInt8] = []
            text.reserveCapacity(Base64URL.length(ofBytes: raw.count))
            Base64URL.encode(raw, into: &text)
            return text
        } catch {
            throw .sealing
        }
    }
}
