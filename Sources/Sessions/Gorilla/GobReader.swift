/// Reads a gob stream (Go's encoding/gob): numbers, type definitions, and values of any type the stream defines.
///
/// Go puts the definition of a type wherever its first value stands, inside other values too, and ends its message there. What is
/// read here comes out without: definitions are gathered, values are copied with their lengths put right. Every value
/// takes a byte at least, so that the work is linear in the stream's length whatever its counts claim.
struct GobReader {
    /// How many steps down values may stand inside one another: 256, three a list.
    static let maximumDepth = 256
    /// The longest name of a type, as in Go.
    private static let longestName: UInt64 = 1024

    private(set) var definitions: [GobDefinition] = []

    private let bytes: [UInt8]
    private var position = 0
    private var messageEnd: Int
    private var types: [Int64: GobType] = [:]

    /// Reads a whole stream, which begins with a message's length.
    init(stream: [UInt8]) {
        bytes = stream
        messageEnd = 0
    }

    /// Reads a value's own bytes.
    init(body: [UInt8]) {
        bytes = body
        messageEnd = body.count
    }

    /// Whether everything was read.
    var isAtEnd: Bool { position == bytes.count }

    // MARK: numbers and texts

    /// An unsigned number.
    mutating func unsigned() throws(GobError) -> UInt64 {
        let first = try byte()
        if first < 128 { return UInt64(first) }
        let count = 256 - Int(first)
        guard count <= 8 else { throw error(.malformed) }
        var number: UInt64 = 0
        for _ in 0..<count { number = number << 8 | UInt64(try byte()) }
        return number
    }

    /// A signed number.
    mutating func signed() throws(GobError) -> Int64 {
        let number = try unsigned()
        let half = Int64(bitPattern: number >> 1)
        return number & 1 == 0 ? half : ~half
    }

    /// A floating-point number, its bytes turned round.
    mutating func float() throws(GobError) -> Double {
        Double(bitPattern: try unsigned().byteSwapped)
    }

    /// A length and so many bytes.
    mutating func text() throws(GobError) -> [UInt8] {
        let count = try count()
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Passes over a length and so many bytes.
    ///
    /// Not by `_ = try text()`: of an array that nobody uses Swift 6.3.1's optimizer moves the release before the copying
    /// into it, which the address sanitizer found.
    mutating func skipText() throws(GobError) {
        position += try count()
    }

    /// A number of things to come, each a byte at least.
    mutating func count() throws(GobError) -> Int {
        let count = try unsigned()
        guard count <= UInt64(messageEnd - position) else { throw error(.truncated) }
        return Int(count)
    }

    // MARK: values

    /// The number of the next value's type; definitions before it are taken in.
    mutating func typeSequence(isInterface: Bool) throws(GobError) -> Int64 {
        while true {
            if position == messageEnd { try nextMessage() }
            let id = try signed()
            if id > 0 { return id }
            guard id <= -GobType.firstDefined, id != Int64.min else { throw error(.malformed) }
            try define(-id)
            if position < messageEnd {
                // Inside a value the length of the message that goes on here has no message's end before it.
                guard isInterface else { throw error(.malformed) }
                _ = try unsigned()
            }
        }
    }

    /// An `interface{}`.
    mutating func interface(depth: Int) throws(GobError) -> GobInterface {
        guard depth <= GobReader.maximumDepth else { throw error(.tooDeep) }
        let length = try unsigned()
        if length == 0 { return .null }
        guard length <= GobReader.longestName, length <= UInt64(messageEnd - position) else {
            throw error(.truncated)
        }
        let name = Array(bytes[position..<position + Int(length)])
        position += Int(length)
        let type = try typeSequence(isInterface: true)
        // The value's length. Go counts it before the definitions inside are cut out and does not look at it either.
        _ = try unsigned()
        var body: [UInt8] = []
        if case .structure = types[type] {} else { try zero(into: &body) }
        try copy(type, into: &body, depth: depth)
        return GobInterface(name: name, type: type, body: body)
    }

    /// An `interface{}` as `GobInterface` wrote it: without definitions, and as long as it says.
    mutating func writtenInterface() throws(GobError) -> GobInterface {
        let name = try text()
        if name.isEmpty { return .null }
        let type = try signed()
        return GobInterface(name: name, type: type, body: try text())
    }

    /// The zero in front of a value that is not a struct.
    mutating func zero() throws(GobError) {
        guard try byte() == 0 else { throw error(.malformed) }
    }

    /// What a stream defined under a number.
    func type(_ id: Int64) -> GobType? { types[id] }

    /// An error at the place that was reached.
    func error(_ reason: GobError.Reason) -> GobError {
        GobError(reason: reason, offset: position)
    }

    private mutating func zero(into body: inout [UInt8]) throws(GobError) {
        try zero()
        body.append(0)
    }

    private mutating func copy(_ type: Int64, into body: inout [UInt8], depth: Int) throws(GobError) {
        guard depth <= GobReader.maximumDepth else { throw error(.tooDeep) }
        switch type {
        case GobType.Basic.bool, GobType.Basic.int, GobType.Basic.uint, GobType.Basic.float:
            body.appendGob(unsigned: try unsigned())
        case GobType.Basic.bytes, GobType.Basic.string: body.appendGob(try text())
        case GobType.Basic.complex:
            body.appendGob(unsigned: try unsigned())
            body.appendGob(unsigned: try unsigned())
        case GobType.Basic.interface: try interface(depth: depth + 1).write(into: &body)
        default:
            guard let definition = types[type] else { throw error(.unknownType) }
            try copy(definition, into: &body, depth: depth + 1)
        }
    }

    private mutating func copy(_ type: GobType, into body: inout [UInt8], depth: Int) throws(GobError) {
        switch type {
        case .marshaled: body.appendGob(try text())
        case .array(let element), .slice(let element):
            let count = try count()
            body.appendGob(unsigned: UInt64(count))
            for _ in 0..<count { try copy(element, into: &body, depth: depth) }
        case .map(let key, let element):
            let count = try count()
            body.appendGob(unsigned: UInt64(count))
            for _ in 0..<count {
                try copy(key, into: &body, depth: depth)
                try copy(element, into: &body, depth: depth)
            }
        case .structure(let fields):
            var field = -1
            while let delta = try fieldDelta(within: fields.count - 1 - field) {
                field += delta
                body.appendGob(unsigned: UInt64(delta))
                try copy(fields[field].type, into: &body, depth: depth)
            }
            body.append(0)
        }
    }

    // MARK: definitions

    private mutating func define(_ id: Int64) throws(GobError) {
        guard types[id] == nil else { throw error(.malformed) }
        let start = position
        let type = try wireType()
        types[id] = type
        definitions.append(GobDefinition(id: id, type: type, bytes: Array(bytes[start..<position])))
    }

    /// A `wireType`: a struct of which one field is given, which says what sort of type it is.
    private mutating func wireType() throws(GobError) -> GobType {
        guard let sort = try fieldDelta(within: 7) else { throw error(.malformed) }
        var numbers: [Int: Int64] = [:]
        var fields: [GobType.Field] = []
        var field = 0
        while let delta = try fieldDelta(within: 3 - field) {
            field += delta
            switch (sort, field) {
            case (_, 1): try commonType()
            case (3, 2): fields = try structFields()
            case (1, 2), (1, 3), (2, 2), (4, 2), (4, 3): numbers[field] = try signed()
            default: throw error(.malformed)
            }
        }
        guard try fieldDelta(within: 7 - sort) == nil else { throw error(.malformed) }
        switch sort {
        case 1: return .array(element: numbers[2] ?? 0)
        case 2: return .slice(element: numbers[2] ?? 0)
        case 3: return .structure(fields: fields)
        case 4: return .map(key: numbers[2] ?? 0, element: numbers[3] ?? 0)
        default: return .marshaled
        }
    }

    /// A type's name and number, as it says of itself: nothing hangs on them.
    private mutating func commonType() throws(GobError) {
        var field = 0
        while let delta = try fieldDelta(within: 2 - field) {
            field += delta
            if field == 1 { try skipText() } else { _ = try signed() }
        }
    }

    private mutating func structFields() throws(GobError) -> [GobType.Field] {
        var fields: [GobType.Field] = []
        for _ in 0..<(try count()) {
            var described = GobType.Field()
            var field = 0
            while let delta = try fieldDelta(within: 2 - field) {
                field += delta
                if field == 1 { described.name = try text() } else { described.type = try signed() }
            }
            fields.append(described)
        }
        return fields
    }

    /// How far on a struct's next field is; nil at its end.
    mutating func fieldDelta(within rest: Int) throws(GobError) -> Int? {
        let delta = try unsigned()
        if delta == 0 { return nil }
        guard delta <= UInt64(max(rest, 0)) else { throw error(.malformed) }
        return Int(delta)
    }

    // MARK: bytes

    private mutating func nextMessage() throws(GobError) {
        guard position < bytes.count else { throw error(.truncated) }
        messageEnd = bytes.count
        let length = try count()
        guard length > 0 else { throw error(.malformed) }
        messageEnd = position + length
    }

    private mutating func byte() throws(GobError) -> UInt8 {
        guard position < messageEnd else { throw error(.truncated) }
        defer { position += 1 }
        return bytes[position]
    }
}
