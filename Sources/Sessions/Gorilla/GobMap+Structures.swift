/// Values of Go's structs and other defined types, by the definitions of the stream they came in.
///
/// The gateway leaves them unread, as it could not say their types when a service changes them; code that registered a
/// type under its Go name (`SessionTypes`) can.
extension GobMap {
    /// A value as JSON can say it: a struct is an object of its fields by their Go names, a field that Go left out, as it is
    /// zero, has its zero; nil for types JSON has nothing for, such as `time.Time`, and for maps whose keys are no strings.
    func structured(_ value: GobInterface) -> Value? {
        if value.name.isEmpty { return .null }
        var reader = GobReader(body: value.body)
        if case .structure? = type(value.type) {} else { guard (try? reader.zero()) != nil else { return nil } }
        guard let read = try? read(value.type, &reader), reader.isAtEnd else { return nil }
        return read
    }

    private func read(_ id: Int64, _ reader: inout GobReader) throws(GobError) -> Value {
        switch id {
        case GobType.Basic.bool: return .bool(try reader.unsigned() != 0)
        case GobType.Basic.int: return .number(NumberText(try reader.signed()))
        case GobType.Basic.uint: return .number(NumberText(try reader.unsigned()))
        case GobType.Basic.float:
            guard let number = NumberText(try reader.float()) else { throw reader.error(.malformed) }
            return .number(number)
        case GobType.Basic.bytes: return .string(Base64.encode(try reader.text()))
        case GobType.Basic.string:
            guard let text = String(validating: try reader.text(), as: UTF8.self) else {
                throw reader.error(.malformed)
            }
            return .string(text)
        case GobType.Basic.interface:
            let value = try reader.writtenInterface()
            guard let read = value.value ?? structured(value) else { throw reader.error(.unknownType) }
            return read
        default:
            guard let type = type(id) else { throw reader.error(.unknownType) }
            return try read(type, &reader)
        }
    }

    private func read(_ type: GobType, _ reader: inout GobReader) throws(GobError) -> Value {
        switch type {
        case .marshaled: throw reader.error(.unknownType)
        case .array(let element), .slice(let element):
            var values: [Value] = []
            for _ in 0..<(try reader.count()) { values.append(try read(element, &reader)) }
            return .array(values)
        case .map(GobType.Basic.string, let element):
            var members = Members()
            for _ in 0..<(try reader.count()) {
                guard case .string(let name) = try read(GobType.Basic.string, &reader) else { continue }
                members[name] = try read(element, &reader)
            }
            return .object(members)
        case .map: throw reader.error(.unknownType)
        case .structure(let fields):
            var members = Members()
            var next = 0
            while let delta = try reader.fieldDelta(within: fields.count - next) {
                for field in fields[next..<next + delta - 1] { members[fieldName(field)] = zero(field.type, []) }
                next += delta
                members[fieldName(fields[next - 1])] = try read(fields[next - 1].type, &reader)
            }
            for field in fields[next...] { members[fieldName(field)] = zero(field.type, []) }
            return .object(members)
        }
    }

    /// Go's zero of a type; null where it would hold itself, which only a pointer can.
    private func zero(_ id: Int64, _ outer: [Int64]) -> Value {
        switch id {
        case GobType.Basic.bool: return false
        case GobType.Basic.int, GobType.Basic.uint, GobType.Basic.float: return 0
        case GobType.Basic.bytes, GobType.Basic.string: return ""
        default: break
        }
        // A definition may name others, and they more: what is zero is not worth a large answer.
        guard let type = type(id), !outer.contains(id), outer.count < 2 else { return .null }
        switch type {
        case .array, .slice: return []
        case .map: return .object(Members())
        case .marshaled: return .null
        case .structure(let fields):
            var members = Members()
            for field in fields.prefix(64) { members[fieldName(field)] = zero(field.type, outer + [id]) }
            return .object(members)
        }
    }

    private func fieldName(_ field: GobType.Field) -> String { String(decoding: field.name, as: UTF8.self) }
}
