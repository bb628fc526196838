/// What a session's cookie holds once it is open.
///
/// ```
/// JSON text ‖ once names ‖ zeros up to a multiple of 32 ‖ id 16 ‖ birth 8 ‖ last seen 8 ‖ once names' length 2 ‖ JSON's length 2
/// ```
/// Where it is known when the id was given, `seconds since birth 4 ‖ 1` take the place of the last five zeros; readers
/// that do not know of it take them for zeros. The fixed part stands at the end so that opening cuts the rest off and has the text of `X-Session` without a copy.
struct SessionRecord: Sendable {
    static let fixedLength = 36
    private static let issuedLength = 5

    /// The values, as the very text of `X-Session`.
    var json: [UInt8]
    /// The names to be handed out once, as the text of a JSON list; empty when there are none.
    var once: [UInt8]
    var id: SessionID
    /// Seconds since 1970.
    var birth: Int64
    /// Seconds since 1970.
    var lastSeen: Int64
    /// When the session got its id or its subject, in seconds since 1970; nil: at its birth.
    var issued: Int64?

    init(json: [UInt8], once: [UInt8], id: SessionID, birth: Int64, lastSeen: Int64, issued: Int64? = nil) {
        self.json = json
        self.once = once
        self.id = id
        self.birth = birth
        self.lastSeen = lastSeen
        self.issued = issued
    }

    /// Reads what `plaintext` wrote; nil when the lengths do not fit.
    init?(_ plaintext: consuming [UInt8]) {
        var reader = TrailerReader(plaintext.span, length: SessionRecord.fixedLength)
        guard let start = reader.start else { return nil }
        id = SessionID(high: reader.next(plaintext.span), low: reader.next(plaintext.span))
        birth = Int64(bitPattern: reader.next(plaintext.span))
        lastSeen = Int64(bitPattern: reader.next(plaintext.span))
        let onceLength = Int(reader.next(plaintext.span) as UInt16)
        let jsonLength = Int(reader.next(plaintext.span) as UInt16)
        guard jsonLength + onceLength <= start, jsonLength >= 2 else { return nil }
        // What stands there else is a zero, or the end of a JSON text.
        if plaintext.span[start - 1] == 1, start - SessionRecord.issuedLength >= jsonLength + onceLength {
            let seconds = plaintext[(start - SessionRecord.issuedLength)..<(start - 1)].reduce(0) {
                $0 << 8 | Int64($1)
            }
            issued = birth &+ seconds
        }
        once = onceLength == 0 ? [] : Array(plaintext[jsonLength..<jsonLength + onceLength])
        plaintext.removeLast(plaintext.count - jsonLength)
        json = plaintext
    }

    /// How long the plaintext is.
    var plaintextLength: Int {
        let issuedLength = issued == nil ? 0 : SessionRecord.issuedLength
        return paddedLength(json.count + once.count + issuedLength + SessionRecord.fixedLength)
    }

    /// The bytes to seal; both lengths must fit into 16 bits, which the 4096 bytes of each of ten cookies see to.
    var plaintext: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(plaintextLength)
        bytes.append(contentsOf: json)
        bytes.append(contentsOf: once)
        let issuedLength = issued == nil ? 0 : SessionRecord.issuedLength
        let zeros = plaintextLength - bytes.count - issuedLength - SessionRecord.fixedLength
        bytes.append(contentsOf: repeatElement(0, count: zeros))
        if let issued {
            appendBigEndian(UInt32(clamping: issued - birth), to: &bytes)
            bytes.append(1)
        }
        id.append(to: &bytes)
        appendBigEndian(UInt64(bitPattern: birth), to: &bytes)
        appendBigEndian(UInt64(bitPattern: lastSeen), to: &bytes)
        appendBigEndian(UInt16(truncatingIfNeeded: once.count), to: &bytes)
        appendBigEndian(UInt16(truncatingIfNeeded: json.count), to: &bytes)
        return bytes
    }

    /// What the session keeps beside its values.
    var identity: OpenedSession.Identity { .init(id: id, birth: birth, lastSeen: lastSeen, issued: issued) }

    /// The names to be handed out once.
    var onceNames: [String] {
        guard !once.isEmpty, case .array(let values)? = try? JSON.parse(once.span) else { return [] }
        return values.compactMap(String.init(value:))
    }

    /// The text `once` has for these names.
    static func onceText(_ names: [String]) -> [UInt8] {
        names.isEmpty ? [] : JSON.text(of: names.value)
    }
}

/// The next multiple of 32, so that a cookie's length says little about what it holds.
func paddedLength(_ length: Int) -> Int {
    (length + 31) & ~31
}
