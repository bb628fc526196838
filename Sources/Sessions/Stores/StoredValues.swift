/// The values of a session in a store: the text of `X-Session`, and where in it each value stands.
///
/// Nothing is parsed to open a session, and a change copies bytes: names and values stay the JSON text that `JSON.write`
/// made of them, which has one spelling for each name. A value that is to be handed out once carries a *stamp*, a random
/// number that is not 0, so that consuming one value never takes another that was stored under the same name since.
public struct StoredValues: Sendable, Equatable {
    /// The most the values of one session may take, in bytes of `json`: 256 KiB.
    ///
    /// They travel in one header field, for which most services have less room.
    public static let largest = 256 * 1024

    /// One value and its name, as JSON text.
    public struct Entry: Sendable, Equatable {
        /// The name as a JSON string in ASCII, with its quotes.
        public let name: [UInt8]
        /// The value as JSON text in ASCII, without spaces.
        public let text: [UInt8]
        /// Not 0 for a value that is handed out once: which storing of it this was.
        public let stamp: UInt64

        /// Takes texts that `JSON.write` made.
        public init(name: [UInt8], text: [UInt8], stamp: UInt64 = 0) {
            self.name = name
            self.text = text
            self.stamp = stamp
        }

        init(_ name: String, _ value: Value, stamp: UInt64 = 0) {
            self.init(name: JSON.text(of: name), text: JSON.text(of: value), stamp: stamp)
        }
    }

    // Ends are exclusive; 32 bits are enough for `largest`.
    private struct Place: Sendable, Equatable {
        var start: UInt32
        var nameEnd: UInt32
        var end: UInt32
        var stamp: UInt64
    }

    /// The values as the ASCII text of `X-Session`.
    public private(set) var json = OpenedSession.noValues
    private var places: [Place] = []

    /// No values.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { places.isEmpty }

    /// How many there are.
    public var count: Int { places.count }

    /// Whether one of them is to be handed out once.
    public var hasOnce: Bool { places.contains { $0.stamp != 0 } }

    /// The names of those to be handed out once, as the text of a JSON list; empty when there are none.
    var onceNames: [UInt8] {
        guard hasOnce else { return [] }
        var text = [UInt8(ascii: "[")]
        for place in places where place.stamp != 0 {
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            text.append(contentsOf: json[Int(place.start)..<Int(place.nameEnd)])
        }
        text.append(UInt8(ascii: "]"))
        return text
    }

    /// The values one by one, in their order.
    public var entries: [Entry] { places.map(entry) }

    /// Adds a value a store has read, whose name is not among these yet.
    ///
    /// False, and nothing is added, when the texts cannot be what `JSON.write` wrote: a store's contents are no more to be
    /// trusted than its peers, and must not break a header field.
    public mutating func append(name: Span<UInt8>, text: Span<UInt8>, stamp: UInt64) -> Bool {
        guard name.count >= 2, name[0] == UInt8(ascii: "\""), name[name.count - 1] == UInt8(ascii: "\""),
            text.count > 0, json.count + name.count + text.count < Int(UInt32.max) / 2,
            isPrintable(name), isPrintable(text)
        else { return false }
        json.removeLast()
        if !places.isEmpty { json.append(UInt8(ascii: ",")) }
        let start = json.count
        for index in name.indices { json.append(name[index]) }
        let nameEnd = json.count
        json.append(UInt8(ascii: ":"))
        for index in text.indices { json.append(text[index]) }
        places.append(
            Place(
                start: UInt32(truncatingIfNeeded: start),
                nameEnd: UInt32(truncatingIfNeeded: nameEnd),
                end: UInt32(truncatingIfNeeded: json.count),
                stamp: stamp
            )
        )
        json.append(UInt8(ascii: "}"))
        return true
    }

    /// The entry of a name, given as its JSON text; nil when there is none.
    public func entry(named name: [UInt8]) -> Entry? {
        places.first { isNamed($0, name) }.map(entry)
    }

    /// Does what the operations say, in their order: consume, delete, set.
    ///
    /// A value that is set anew keeps its place.
    public mutating func apply(_ operations: StoreOperations) {
        let consumed = Dictionary(operations.consumes.map { ($0.name, $0.stamp) }) { first, _ in first }
        let deleted = Set(operations.deletes)
        var entries: [Entry] = []
        entries.reserveCapacity(places.count + operations.sets.count)
        for entry in self.entries where !deleted.contains(entry.name) {
            if entry.stamp == 0 || consumed[entry.name] != entry.stamp { entries.append(entry) }
        }
        let known = Dictionary(entries.enumerated().map { ($0.element.name, $0.offset) }) { _, last in last }
        for new in operations.sets {
            if let place = known[new.name] { entries[place] = new } else { entries.append(new) }
        }
        self = StoredValues()
        json.reserveCapacity(entries.reduce(2) { $0 + $1.name.count + $1.text.count + 2 })
        for entry in entries { _ = append(name: entry.name.span, text: entry.text.span, stamp: entry.stamp) }
    }

    /// How much memory the values take, in bytes.
    var cost: Int { json.count + places.count * MemoryLayout<Place>.stride }

    private func entry(_ place: Place) -> Entry {
        Entry(
            name: Array(json[Int(place.start)..<Int(place.nameEnd)]),
            text: Array(json[Int(place.nameEnd) + 1..<Int(place.end)]),
            stamp: place.stamp
        )
    }

    private func isNamed(_ place: Place, _ name: [UInt8]) -> Bool {
        Int(place.nameEnd - place.start) == name.count
            && name.indices.allSatisfy { json[Int(place.start) + $0] == name[$0] }
    }

    private func isPrintable(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] < 0x20 || text[index] > 0x7E { return false }
        return true
    }
}
