/// One type definition of a gob stream, with the very bytes it was written in.
struct GobDefinition: Sendable {
    let id: Int64
    let type: GobType
    /// The `wireType` value, without its number.
    let bytes: [UInt8]

    /// A definition read from a stream.
    init(id: Int64, type: GobType, bytes: [UInt8]) {
        self.id = id
        self.type = type
        self.bytes = bytes
    }

    /// `map[interface{}]interface{}` under this number.
    static func sessionMap(id: Int64) -> GobDefinition {
        // wireType{MapT: {CommonType{Id: id}, Key: interface, Elem: interface}}; fields are numbered by their distance.
        var bytes: [UInt8] = [4, 1, 2]
        bytes.appendGob(id)
        bytes.append(contentsOf: [0, 1, 16, 1, 16, 0, 0])
        let interface = GobType.Basic.interface
        return GobDefinition(id: id, type: .map(key: interface, element: interface), bytes: bytes)
    }

    /// A slice of a basic type under this number.
    static func slice(of element: Int64, id: Int64) -> GobDefinition {
        var bytes: [UInt8] = [2, 1, 2]
        bytes.appendGob(id)
        bytes.append(contentsOf: [0, 1])
        bytes.appendGob(element)
        bytes.append(contentsOf: [0, 0])
        return GobDefinition(id: id, type: .slice(element: element), bytes: bytes)
    }
}
