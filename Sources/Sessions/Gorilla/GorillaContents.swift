import Crypto

/// What one of gorilla's cookies holds: the application's values, Buffalo's flash messages, and what the gateway adds.
///
/// The gateway keeps id, birth and set-once names in a string of its own among the values, as gorilla has no place for
/// them. Where that string is missing, as Go made the cookie, the session was born when the cookie was written and its id is a
/// hash of the cookie's code: steady until the cookie is written again, which takes the id along.
final class GorillaContents: Sendable {
    /// The name of the gateway's own string.
    static let ownName = "_gateway_"
    /// Buffalo's name for its flash messages: bytes of JSON, kinds with lists of messages.
    static let flashName = "_flash_"

    let map: GobMap
    /// When the cookie was written, in seconds since 1970.
    let date: Int64
    let birth: Int64
    /// When the session got its id or its subject; nil: at its birth.
    let issued: Int64?
    let id: SessionID
    let onceNames: [String]
    /// The messages as the text of `X-Flash`; empty when there are none.
    let flashJSON: [UInt8]
    /// The values that JSON can say, in the map's order by name: Go's own order is another each time.
    let values: SessionValues
    /// Whether there is anything but messages.
    let hasValues: Bool
    let keyIndex: Int
    let mark: CookieMark

    /// Reads what was opened; nil when it is no map.
    init?(_ gob: [UInt8], date: Int64, keyIndex: Int, code: [UInt8], mark: CookieMark = CookieMark()) {
        guard let map = try? GobMap(gob) else { return nil }
        self.map = map
        self.date = date
        self.keyIndex = keyIndex
        self.mark = mark
        let entries = map.entries.map { (name: $0.name, value: $0.value) }
        hasValues = entries.contains { !GorillaContents.isReserved($0.name) }
        var values = SessionValues()
        let named = entries.compactMap { entry in entry.name.map { (name: $0, value: entry.value) } }
        for entry in named.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
        where !GorillaContents.isReserved(entry.name) {
            values[entry.name] = entry.value.value
        }
        flashJSON = map[GorillaContents.flashName].map(GorillaContents.messages) ?? []
        var id: SessionID?
        var birth = date
        var once: [String] = []
        var issued: Int64?
        if case .string(let text)? = map[GorillaContents.ownName]?.value,
            case .object(let own)? = try? JSON.parse(Array(text.utf8).span)
        {
            id = own["id"].flatMap(String.init(value:)).flatMap(SessionID.init(text:))
            issued = own["issued"].flatMap(Int64.init(value:))
            birth = own["birth"].flatMap(Int64.init(value:)) ?? date
            once = own["once"].flatMap([String].init(value:)) ?? []
        }
        self.birth = min(birth, date)
        self.issued = issued
        self.id = id ?? GorillaContents.id(of: code)
        onceNames = once.filter { values[$0] != nil }
        self.values = values
    }

    /// What stays in the cookie unread: names, or what keys there are else, with their Go types.
    var unread: [(name: String, type: String)] {
        map.entries.filter { entry in
            guard let name = entry.name else { return true }
            return !GorillaContents.isReserved(name) && values[name] == nil
        }
        .map {
            (
                $0.name ?? "a key of type \(String(decoding: $0.key.name, as: UTF8.self))",
                String(decoding: $0.value.name, as: UTF8.self)
            )
        }
    }

    /// Whether a name is not the application's to set.
    static func isReserved(_ name: String?) -> Bool {
        name == ownName || name == flashName
    }

    /// The gateway's own string.
    static func own(_ identity: OpenedSession.Identity, onceNames: [String]) -> GobInterface {
        var own = Members()
        own["id"] = .string(identity.id.description)
        own["birth"] = .number(NumberText(identity.birth))
        if let issued = identity.issued { own["issued"] = .number(NumberText(issued)) }
        if !onceNames.isEmpty { own["once"] = onceNames.value }
        return GobInterface(String(decoding: JSON.text(of: own), as: UTF8.self))
    }

    private static func messages(_ value: GobInterface) -> [UInt8] {
        guard value.kind == .bytes, case .string(let base64)? = value.value, let json = Base64.decode(base64),
            let messages = try? FlashMessages(json: json.span, field: flashName), !messages.isEmpty
        else { return [] }
        return messages.json
    }

    private static func id(of code: [UInt8]) -> SessionID {
        // The code itself is half of a cookie; its hash opens nothing.
        let hash = Array(SHA256.hash(data: code))
        let halves = [hash[..<8], hash[8..<16]].map { $0.reduce(0 as UInt64) { $0 << 8 | UInt64($1) } }
        return SessionID(high: halves[0], low: halves[1])
    }
}
