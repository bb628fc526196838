import Crypto

/// Denials as text, for a list that several gateways share.
///
/// ```
/// i 1800000000 1800086701 5f1d3c0e9b7a42688f0e6d1c2b3a4958      the session of this id
/// s 1800000000 1800086701 42                                    a subject's sessions: since, until, whose
/// ```
extension Denial {
    /// The longest text there is, in bytes.
    public static let longestText = 576

    /// The longest subject that stands as it is, in bytes; a longer one stands as its hash.
    static let longestSubject = 512
    /// How far ahead of the clock a denial may be, in seconds: a day.
    private static let mostAhead: Int64 = 86_400

    /// The denial as text; it does not say which session's cookies it is about.
    public var text: [UInt8] {
        let (kind, name) =
            switch target {
            case .id(let id): ("i", id.description)
            case .subject(let subject, _): ("s", subject)
            }
        return Array("\(kind) \(since) \(until) \(name)".utf8)
    }

    /// Reads a denial of a cookie's sessions; nil for what no gateway writes.
    ///
    /// `now` is in seconds since 1970.
    public init?(text: Span<UInt8>, cookie: String, now: Int64) {
        guard text.count <= Denial.longestText else { return nil }
        let parts = [UInt8](copying: text).split(
            separator: UInt8(ascii: " "),
            maxSplits: 3,
            omittingEmptySubsequences: false
        )
        guard parts.count == 4, let since = Denial.number(parts[1]), let until = Denial.number(parts[2]),
            since <= now + Denial.mostAhead, since < until
        else { return nil }
        let name = parts[3]
        switch parts[0] {
        case [UInt8(ascii: "i")]:
            guard let id = SessionID(text: String(decoding: name, as: UTF8.self)) else { return nil }
            self.init(.id(id), since: since, until: until)
        case [UInt8(ascii: "s")]:
            guard (1...Denial.longestSubject).contains(name.count), name.allSatisfy({ (0x20...0x7E).contains($0) })
            else { return nil }
            self.init(.subject(String(decoding: name, as: UTF8.self), cookie: cookie), since: since, until: until)
        default: return nil
        }
    }

    /// A subject's JSON text, a string's without quotes, as it stands in denials.
    static func subject(_ text: [UInt8]) -> String {
        if text.count <= longestSubject { return String(decoding: text, as: UTF8.self) }
        // No JSON text without its quotes begins with one: nobody's name is another's hash.
        var hash = [UInt8(ascii: "\"")]
        for byte in SHA256.hash(data: text) {
            hash.append(hexDigit(byte >> 4))
            hash.append(hexDigit(byte & 15))
        }
        return String(decoding: hash, as: UTF8.self)
    }

    /// A decimal number of at most 15 digits.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard (1...15).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}
