/// What a service's answer asks to be done to the session, read from its `X-Session-…` and `X-Flash-…` fields.
///
/// The fields may come in any order: clear, delete, set, set once and renew take effect in this one. A field that may come
/// several times adds up.
public struct SessionChanges: Sendable {
    /// The longest name of a value, in bytes of UTF-8: 256.
    public static let longestName = 256

    var clears = false
    var deleted: [String] = []
    var values: [Members.Member] = []
    var onceValues: [Members.Member] = []
    var renews = false
    var revocation: Revocation?
    var flash = FlashMessages()
    var keepsFlash = false

    /// No changes.
    public init() {}

    /// Whether nothing is asked for.
    public var isEmpty: Bool { !touchesSession && flash.isEmpty && !keepsFlash }

    /// Whether something is asked of the session itself.
    var touchesSession: Bool {
        clears || renews || revocation != nil || !deleted.isEmpty || !values.isEmpty || !onceValues.isEmpty
    }

    /// Whether no value is set.
    var setsNothing: Bool { values.isEmpty && onceValues.isEmpty }

    /// Forgets what was asked, to be used for the next answer.
    public mutating func reset() {
        if isEmpty { return }
        self = SessionChanges()
    }

    /// Reads `X-Session-Clear`: `1`.
    public mutating func clear(_ value: Span<UInt8>) throws(SaveError) {
        try SessionChanges.expectOne(value, field: "X-Session-Clear")
        clears = true
    }

    /// Reads `X-Session-Delete`: names between commas.
    ///
    /// A name that holds a comma, or a space at its end, is written as a JSON string.
    public mutating func delete(_ value: Span<UInt8>) throws(SaveError) {
        deleted.append(contentsOf: try NameList.parse(value, field: "X-Session-Delete"))
    }

    /// Reads `X-Session-Set`: a JSON object of names and values.
    public mutating func set(_ value: Span<UInt8>) throws(SaveError) {
        values.append(contentsOf: try SessionChanges.object(value, field: "X-Session-Set").list)
    }

    /// Reads `X-Session-Set-Once`: a JSON object of names and values, each for one later request.
    public mutating func setOnce(_ value: Span<UInt8>) throws(SaveError) {
        onceValues.append(contentsOf: try SessionChanges.object(value, field: "X-Session-Set-Once").list)
    }

    /// Reads `X-Session-Renew`: `1`.
    public mutating func renew(_ value: Span<UInt8>) throws(SaveError) {
        try SessionChanges.expectOne(value, field: "X-Session-Renew")
        renews = true
    }

    /// Reads `X-Session-Revoke`: `1`, `others` or `all`.
    public mutating func revoke(_ value: Span<UInt8>) throws(SaveError) {
        switch String(decoding: [UInt8](copying: value), as: UTF8.self) {
        case "1": revocation = .this
        case "others": revocation = .others
        case "all": revocation = .all
        default: throw .malformed(field: "X-Session-Revoke", why: "the value is not 1, others or all")
        }
    }

    /// Whether every value is forgotten before others are set.
    var endsSession: Bool {
        switch revocation {
        case .this: true
        case .all: clears || !renews
        case .others, nil: clears
        }
    }

    /// Whether sessions of the subject end besides this one.
    var revokesSubject: Bool { revocation == .others || revocation == .all }

    /// Whether the session gets a new id.
    var renewsSession: Bool { renews || revocation == .others }

    /// Reads `X-Flash-Add`: a JSON object of kinds, each with a message or a list of messages.
    public mutating func flashAdd(_ value: Span<UInt8>) throws(SaveError) {
        flash.add(try FlashMessages(json: value, field: "X-Flash-Add"))
    }

    /// Reads `X-Flash-Keep`: `1`.
    public mutating func flashKeep(_ value: Span<UInt8>) throws(SaveError) {
        try SessionChanges.expectOne(value, field: "X-Flash-Keep")
        keepsFlash = true
    }

    /// Reads an object whose names are short enough to be a session's.
    static func object(_ text: Span<UInt8>, field: String) throws(SaveError) -> Members {
        let value: Value
        do {
            value = try JSON.parse(text)
        } catch {
            throw .malformed(field: field, why: error.description)
        }
        guard case .object(let members) = value else {
            throw .malformed(field: field, why: "the value is not a JSON object")
        }
        for member in members.list { try checkName(member.name, field: field) }
        return members
    }

    /// Refuses a name over 256 bytes.
    static func checkName(_ name: String, field: String) throws(SaveError) {
        guard name.utf8.count <= longestName else {
            throw .malformed(field: field, why: "a name is over \(longestName) bytes")
        }
    }

    private static func expectOne(_ value: Span<UInt8>, field: String) throws(SaveError) {
        guard value.count == 1, value[0] == UInt8(ascii: "1") else {
            throw .malformed(field: field, why: "the value is not 1")
        }
    }
}
