extension GobInterface {
    /// Says a value of a registered type in gob, by the definition that a value of it in the same session brought along.
    ///
    /// - Throws: `unrepresentable` for other objects, and where the session has no value of the type to learn from.
    static func structure(
        _ members: Members,
        named name: String,
        in map: inout GobMap
    ) throws(SaveError) -> GobInterface {
        guard let (type, value) = SessionTypes.tagged(.object(members)) else {
            throw .unrepresentable(name: name, why: "Go needs a type for an object")
        }
        guard let example = map.example(of: type) else {
            throw .unrepresentable(name: name, why: "the session has no \(type) of Go's to see its definition in")
        }
        var body: [UInt8] = []
        if case .structure? = map.type(example.type) {} else { body.append(0) }
        try write(value, as: example.type, named: name, into: &body, &map)
        return GobInterface(name: example.name, type: example.type, body: body)
    }

    private static func write(
        _ value: Value,
        as id: Int64,
        named name: String,
        into body: inout [UInt8],
        _ map: inout GobMap
    ) throws(SaveError) {
        switch (id, value) {
        case (GobType.Basic.bool, .bool(let bool)): body.appendGob(unsigned: bool ? 1 : 0)
        case (GobType.Basic.int, .number(let number)):
            guard let integer = Int64(number.text) else { throw misfit(name) }
            body.appendGob(integer)
        case (GobType.Basic.uint, .number(let number)):
            guard let integer = UInt64(number.text) else { throw misfit(name) }
            body.appendGob(unsigned: integer)
        case (GobType.Basic.float, .number(let number)):
            guard let double = Double(number.text), double.isFinite else { throw misfit(name) }
            body.appendGob(unsigned: double.bitPattern.byteSwapped)
        case (GobType.Basic.bytes, .string(let text)):
            guard let bytes = Base64.decode(text) else { throw misfit(name) }
            body.appendGob(bytes)
        case (GobType.Basic.string, .string(let text)): body.appendGob(text.utf8)
        case (GobType.Basic.interface, _):
            try make(value, like: nil, named: name, in: &map).write(into: &body)
        default:
            guard let type = map.type(id) else { throw misfit(name) }
            try write(value, as: type, named: name, into: &body, &map)
        }
    }

    private static func write(
        _ value: Value,
        as type: GobType,
        named name: String,
        into body: inout [UInt8],
        _ map: inout GobMap
    ) throws(SaveError) {
        switch (type, value) {
        case (.slice(let element), .array(let values)), (.array(let element), .array(let values)):
            body.appendGob(unsigned: UInt64(values.count))
            for value in values { try write(value, as: element, named: name, into: &body, &map) }
        case (.map(GobType.Basic.string, let element), .object(let members)):
            body.appendGob(unsigned: UInt64(members.list.count))
            for member in members.list {
                body.appendGob(member.name.utf8)
                try write(member.value, as: element, named: name, into: &body, &map)
            }
        case (.structure(let fields), .object(let members)):
            let names = fields.map { String(decoding: $0.name, as: UTF8.self) }
            guard members.list.allSatisfy({ names.contains($0.name) }) else {
                throw .unrepresentable(name: name, why: "its type in Go has not all of its fields")
            }
            var last = -1
            for (place, field) in fields.enumerated() {
                // What is left out is Go's zero.
                guard let value = members[names[place]], value != .null else { continue }
                body.appendGob(unsigned: UInt64(place - last))
                try write(value, as: field.type, named: name, into: &body, &map)
                last = place
            }
            body.append(0)
        default: throw misfit(name)
        }
    }

    private static func misfit(_ name: String) -> SaveError {
        .unrepresentable(name: name, why: "a part of it has another type in Go")
    }
}
