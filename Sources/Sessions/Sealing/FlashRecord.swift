/// What a flash cookie holds once it is open: `JSON text ‖ zeros up to a multiple of 32 ‖ birth 8 ‖ JSON's length 2`.
struct FlashRecord: Sendable {
    static let fixedLength = 10

    /// The messages, as the very text of `X-Flash`.
    var json: [UInt8]
    /// When the youngest message was added, in seconds since 1970.
    var birth: Int64

    init(json: [UInt8], birth: Int64) {
        self.json = json
        self.birth = birth
    }

    /// Reads what `plaintext` wrote; nil when the lengths do not fit.
    init?(_ plaintext: consuming [UInt8]) {
        var reader = TrailerReader(plaintext.span, length: FlashRecord.fixedLength)
        guard let start = reader.start else { return nil }
        birth = Int64(bitPattern: reader.next(plaintext.span))
        let jsonLength = Int(reader.next(plaintext.span) as UInt16)
        guard jsonLength <= start, jsonLength >= 2 else { return nil }
        plaintext.removeLast(plaintext.count - jsonLength)
        json = plaintext
    }

    /// How long the plaintext is.
    var plaintextLength: Int { paddedLength(json.count + FlashRecord.fixedLength) }

    /// The bytes to seal.
    var plaintext: [UInt8] {
        var bytes = json
        bytes.append(contentsOf: repeatElement(0, count: plaintextLength - json.count - FlashRecord.fixedLength))
        appendBigEndian(UInt64(bitPattern: birth), to: &bytes)
        appendBigEndian(UInt16(truncatingIfNeeded: json.count), to: &bytes)
        return bytes
    }
}
