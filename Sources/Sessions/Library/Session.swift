/// The session of a web framework: named values of one browser, and the messages for its next page.
///
/// ```swift
/// var session = try await store.load(from: request)
/// session.set("user_id", 42)
/// session.flash("Signed in.", kind: "success")
/// for cookie in try await session.save(to: store, in: response, random: &random) { … }
/// ```
/// Values of a session that does not exist yet are held until `save`, which creates it if there is one.
public struct Session: Sendable {
    /// The values as they are now; changes are seen by `save`.
    public private(set) var values: SessionValues
    /// The messages this request may show, empty but on a page request that came with some.
    public let flashes: FlashMessages

    /// The types whose values `set` and `get` know by a name; default: none.
    public var types = SessionTypes()

    let opened: OpenedSession
    private(set) var added = FlashMessages()
    private(set) var keepsFlash = false
    private let loaded: SessionValues
    // Set-once values this request was handed and nobody stored anew: the next save is without them.
    private var handed: [String]
    // A store may keep values that it cannot show; those under these names go too, unless they were set anew.
    private(set) var deleted: [String] = []
    private(set) var isCleared = false
    private var isRenewed = false

    /// A session that does not exist yet, without values.
    public init() {
        self.init(opened: OpenedSession(), isPage: false)
    }

    /// The session a store found in a request.
    init(opened: OpenedSession, isPage: Bool) {
        self.opened = opened
        loaded = SessionChange.values(of: opened)
        handed = loaded.onceNames
        values = loaded
        values.markOnce([])
        let messages = isPage ? opened.flashJSON : []
        flashes = (try? FlashMessages(json: messages.span, field: "flash")) ?? FlashMessages()
    }

    // MARK: the six calls

    /// The value under a name; nil when there is none.
    public func get(_ name: String) -> Value? {
        values[name]
    }

    /// The value under a name as a Swift type; nil when there is none, or it is of another kind.
    public func get<Wanted: ValueConvertible>(_ name: String, as type: Wanted.Type) -> Wanted? {
        values[name].flatMap(Wanted.init(value:))
    }

    /// The value under a name as a `Decodable` type; nil when there is none.
    ///
    /// - Throws: `DecodingError` when it has another form, or what the type itself throws.
    public func get<Wanted: Decodable>(_ name: String, decoding type: Wanted.Type) throws -> Wanted? {
        try values[name].map { try $0.decode(type) }
    }

    /// Stores a value under a name.
    public mutating func set(_ name: String, _ value: Value) {
        values[name] = value
        own(name)
    }

    /// Stores a Swift value under a name.
    public mutating func set(_ name: String, _ value: some ValueConvertible) {
        set(name, value.value)
    }

    /// Stores what an `Encodable` type says of itself under a name.
    ///
    /// - Throws: `EncodingError` for a number JSON cannot say, or what the type itself throws.
    public mutating func set(_ name: String, encoding wanted: some Encodable) throws {
        set(name, try Value(encoding: wanted))
    }

    /// Forgets the value under a name.
    public mutating func delete(_ name: String) {
        values.delete([name])
        deleted.append(name)
    }

    /// Forgets every value; values set after it are those of a new session with a new id.
    public mutating func clear() {
        values.clear()
        handed = []
        isCleared = true
    }

    /// The value under a name, which is forgotten.
    public mutating func getOnce(_ name: String) -> Value? {
        defer { delete(name) }
        return get(name)
    }

    /// Saves what changed and returns the whole values for `Set-Cookie` fields; none when there is nothing to say.
    ///
    /// - Throws: `SaveError` when the session cannot be kept; the one before stands. A value of more than 63 lists and
    ///   objects inside one another is `unrepresentable`.
    public func save(
        to store: some SessionStore,
        in response: SessionResponse,
        random: inout some RandomNumberGenerator & Sendable
    ) async throws(SaveError) -> [String] {
        try await store.save(self, in: response, random: &random)
    }

    // MARK: what else there is

    /// Stores a value for exactly one later request.
    public mutating func setOnce(_ name: String, _ value: Value) {
        values.setOnce(name, value)
        own(name)
    }

    /// Asks for a new id with the same values, as is due when somebody signs in.
    public mutating func renew() {
        isRenewed = true
    }

    /// Adds a message for the browser's next page.
    public mutating func flash(_ message: String, kind: String) {
        added.add(message, kind: kind)
    }

    /// Keeps the messages that this page shows for one more page.
    public mutating func keepFlashes() {
        keepsFlash = true
    }

    /// The id, for logs and keys; nil for a session that does not exist yet.
    public var id: SessionID? { opened.identity?.id }

    /// When the session was born, in seconds since 1970; nil for one that does not exist yet.
    public var birth: Int64? { opened.birth }

    /// When the session was last seen, to the minute, in seconds since 1970; nil for one that does not exist yet.
    public var lastSeen: Int64? { opened.lastSeen }

    /// Whether there was no session in the request.
    public var isNew: Bool { opened.identity == nil }

    /// Whether `save` has a change of the values or the id to write.
    public var isChanged: Bool {
        isCleared || isRenewed || change.after != change.before
    }

    /// The values before and after, without the set-once values that this request was handed.
    var change: SessionChange {
        var after = values
        after.delete(handed)
        return SessionChange(before: loaded, after: after, isCleared: isCleared, isRenewed: isRenewed, deleted: deleted)
    }

    /// The change that goes into a response.
    ///
    /// - Throws: `unrepresentable` for a value too deep to be read again: with it all others would be lost.
    func change(in response: SessionResponse) throws(SaveError) -> SessionChange {
        let change = change
        // Of an error's answer nothing is saved.
        if response.status >= 500 { return change }
        for member in change.after.members.list where member.value.isDeeper(than: SessionValues.deepestValue) {
            let why = "it has more than \(SessionValues.deepestValue) lists and objects inside one another"
            throw .unrepresentable(name: member.name, why: why)
        }
        return change
    }

    private mutating func own(_ name: String) {
        handed.removeAll { $0.utf8.elementsEqual(name.utf8) }
        // Else a value that is the same as before would be deleted for good: only values that differ are set.
        deleted.removeAll { $0.utf8.elementsEqual(name.utf8) }
    }
}
