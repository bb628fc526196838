/// A gob of `map[interface{}]interface{}`, which is what gorilla/sessions keeps: definitions and entries in their order.
struct GobMap: Sendable {
    /// One key with its value.
    struct Entry: Sendable {
        let key: GobInterface
        var value: GobInterface

        /// The key as a session's name; nil when it is no string, not UTF-8, or too long to be one.
        var name: String? {
            guard key.kind == .string, case .string(let name)? = key.value,
                name.utf8.count <= SessionChanges.longestName
            else { return nil }
            return name
        }
    }

    private(set) var entries: [Entry] = []

    private var definitions: [GobDefinition]
    private let mapType: Int64

    /// No entries.
    init() {
        mapType = 65
        definitions = [.sessionMap(id: 65)]
    }

    /// Reads a stream that holds one map and nothing else.
    init(_ gob: [UInt8]) throws(GobError) {
        var reader = GobReader(stream: gob)
        mapType = try reader.typeSequence(isInterface: false)
        let interface = GobType.Basic.interface
        guard reader.type(mapType) == .map(key: interface, element: interface) else {
            throw reader.error(.notASession)
        }
        try reader.zero()
        // Entries may go on in further messages, beyond what a count can be held against; the reads find the end.
        let count = try reader.unsigned()
        guard count <= UInt64(gob.count) else { throw reader.error(.truncated) }
        var names: Set<[UInt8]> = []
        for _ in 0..<count {
            let key = try reader.interface(depth: 1)
            if key.kind == .string, !names.insert(key.body).inserted { throw reader.error(.malformed) }
            entries.append(Entry(key: key, value: try reader.interface(depth: 1)))
        }
        guard reader.isAtEnd else { throw reader.error(.trailingBytes) }
        definitions = reader.definitions
    }

    /// The stream, each definition in a message of its own before the map's.
    var gob: [UInt8] {
        var gob: [UInt8] = []
        // Without a value of a defined type, what the values before needed is of no more use.
        let needsAll = entries.contains { $0.key.type >= GobType.firstDefined || $0.value.type >= GobType.firstDefined }
        for definition in definitions where needsAll || definition.id == mapType {
            var message: [UInt8] = []
            message.appendGob(-definition.id)
            message.append(contentsOf: definition.bytes)
            gob.appendGob(message)
        }
        var message: [UInt8] = []
        message.appendGob(mapType)
        message.append(0)
        message.appendGob(unsigned: UInt64(entries.count))
        for entry in entries {
            entry.key.write(into: &message)
            entry.value.write(into: &message)
        }
        gob.appendGob(message)
        return gob
    }

    /// The value under a name; setting nil removes it.
    subscript(name: String) -> GobInterface? {
        get { place(of: name).map { entries[$0].value } }
        set {
            switch (newValue, place(of: name)) {
            case (let value?, let place?): entries[place].value = value
            case (let value?, nil): entries.append(Entry(key: GobInterface(name), value: value))
            case (nil, let place?): entries.remove(at: place)
            case (nil, nil): break
            }
        }
    }

    /// The number of a slice type; it is defined if it is not yet.
    mutating func sliceType(of element: Int64) -> Int64 {
        if let known = definitions.first(where: { $0.type == .slice(element: element) }) { return known.id }
        // Go reads numbers of 32 bits; a stream that uses those up is nothing Go wrote, and its reader says so.
        let id = (definitions.map(\.id).max() ?? 64) &+ 1
        definitions.append(.slice(of: element, id: id))
        return id
    }

    /// What the stream says of a type; nil for Go's own.
    func type(_ id: Int64) -> GobType? { definitions.first { $0.id == id }?.type }

    /// A value of a type that Go code registered under a name, or of a pointer to it; nil where the map has none.
    func example(of name: String) -> GobInterface? {
        let names = [Array(name.utf8), Array("*\(name)".utf8)]
        return entries.first { names.contains($0.value.name) }?.value
    }

    private func place(of name: String) -> Int? {
        let key = GobInterface(name)
        return entries.firstIndex { $0.key == key }
    }
}
