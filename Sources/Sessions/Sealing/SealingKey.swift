import Crypto

/// One secret made ready: the key, the id that stands in front of what it sealed, and the bytes authenticated with it.
struct SealingKey: Sendable {
    /// The first byte of everything sealed: the version of this form.
    static let version: UInt8 = 1

    /// Four bytes that say which secret sealed a value, and tell nothing of the key.
    let id: UInt32
    /// 256 bits for AES-GCM-SIV.
    let key: SymmetricKey

    /// The id in hexadecimal.
    var fingerprint: String { SealingKey.fingerprint(id) }

    /// An id in hexadecimal.
    static func fingerprint(_ id: UInt32) -> String {
        let digits = stride(from: 28, through: 0, by: -4).map {
            hexDigit(UInt8(truncatingIfNeeded: id >> UInt32($0)) & 0xF)
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private let sessionHeader: [UInt8]
    private let flashHeader: [UInt8]

    /// Derives key and id from a secret by HKDF-SHA256 (RFC 5869).
    init(secret: [UInt8], sessionName: String, flashName: String) {
        let extracted = HKDF<SHA256>.extract(inputKeyMaterial: SymmetricKey(data: secret), salt: [UInt8]())
        key = HKDF<SHA256>.expand(
            pseudoRandomKey: extracted,
            info: Array("gateway session v1 key".utf8),
            outputByteCount: 32
        )
        // HKDF's first block written out: crypto hands a derived key's bytes out through an unsafe pointer only.
        let block = HMAC<SHA256>.authenticationCode(
            for: Array("gateway session v1 key id".utf8) + [1],
            using: SymmetricKey(data: extracted)
        )
        id = block.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        var front = [SealingKey.version]
        appendBigEndian(id, to: &front)
        sessionHeader = front + [SealPurpose.session.rawValue] + Array(sessionName.utf8)
        flashHeader = front + [SealPurpose.flash.rawValue] + Array(flashName.utf8)
    }

    /// What is authenticated together with a value: version, key id, purpose and the cookie's name.
    func header(_ purpose: SealPurpose) -> [UInt8] {
        switch purpose {
        case .session: sessionHeader
        case .flash: flashHeader
        }
    }
}
