/// What a gob has for an `interface{}`: the Go type's name, the type's number in the stream, and the value's bytes.
///
/// The bytes hold no type definitions, whatever the stream had: they stand in front, with the map's own. So they can be
/// written back as they are without being understood.
struct GobInterface: Sendable, Equatable {
    /// `string`, `[]uint8`, `main.Account`; empty for nil.
    let name: [UInt8]
    let type: Int64
    let body: [UInt8]

    /// Go's nil.
    static let null = GobInterface(name: [], type: 0, body: [])

    init(name: [UInt8], type: Int64, body: [UInt8]) {
        self.name = name
        self.type = type
        self.body = body
    }

    /// A value of a type that is not a struct, which begins with a zero.
    init(_ kind: GobKind, type: Int64, _ write: (inout [UInt8]) -> Void) {
        name = Array(kind.rawValue.utf8)
        self.type = type
        var body: [UInt8] = [0]
        write(&body)
        self.body = body
    }

    /// A string.
    init(_ text: String) {
        self.init(.string, type: GobType.Basic.string) { $0.appendGob(text.utf8) }
    }

    /// Bytes.
    init(_ bytes: [UInt8]) {
        self.init(.bytes, type: GobType.Basic.bytes) { $0.appendGob(bytes) }
    }

    /// The type, where it is one whose values are read.
    var kind: GobKind? { GobKind(rawValue: String(decoding: name, as: UTF8.self)) }

    /// Appends it as it stands in a map or a list.
    func write(into bytes: inout [UInt8]) {
        bytes.appendGob(name)
        if name.isEmpty { return }
        bytes.appendGob(type)
        bytes.appendGob(body)
    }
}
