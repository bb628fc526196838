extension GobInterface {
    /// The value as JSON can say it; nil for everything else: other types, texts that are not UTF-8, infinities.
    ///
    /// Bytes are base64, as Go's encoding/json has them.
    var value: Value? { value(depth: 2) }

    /// The value at a level of lists and objects, the values' own object being the first; nil where JSON's reader would
    /// find too many.
    fileprivate func value(depth: Int) -> Value? {
        if name.isEmpty { return .null }
        guard let kind else { return nil }
        var reader = GobReader(body: body)
        guard let value = try? kind.read(type, &reader, depth: depth), reader.isAtEnd else { return nil }
        return value
    }

    /// Says a value in gob, in the type that one before it had if it fits that.
    ///
    /// Else a whole number becomes `int` or `uint64`, another number `float64`, a list of strings `[]string`, another list
    /// `[]interface{}`.
    ///
    /// - Throws: `unrepresentable` for an object, and for a number Go has no type for.
    static func make(
        _ value: Value,
        like former: GobInterface?,
        named name: String,
        in map: inout GobMap
    ) throws(SaveError) -> GobInterface {
        switch value {
        case .null: return .null
        case .bool(let bool):
            return GobInterface(.bool, type: GobType.Basic.bool) { $0.appendGob(unsigned: bool ? 1 : 0) }
        case .number(let number):
            if let kind = former?.kind, let fitting = make(number, kind) { return fitting }
            for kind in [GobKind.int, .uint64, .float64] {
                if let fitting = make(number, kind) { return fitting }
            }
            throw .unrepresentable(name: name, why: "Go has no type for such a number")
        case .string(let text):
            if former?.kind == .bytes, let bytes = Base64.decode(text) { return GobInterface(bytes) }
            return GobInterface(text)
        case .array(let values):
            let isList = former?.kind == .list || values.isEmpty && former?.kind != .strings
            if !isList, let texts = [String](value: value) {
                return GobInterface(.strings, type: map.sliceType(of: GobType.Basic.string)) { body in
                    body.appendGob(unsigned: UInt64(texts.count))
                    for text in texts { body.appendGob(text.utf8) }
                }
            }
            var elements: [UInt8] = []
            for value in values {
                try make(value, like: nil, named: name, in: &map).write(into: &elements)
            }
            return GobInterface(.list, type: map.sliceType(of: GobType.Basic.interface)) { body in
                body.appendGob(unsigned: UInt64(values.count))
                body.append(contentsOf: elements)
            }
        case .object(let members): return try structure(members, named: name, in: &map)
        }
    }

    /// A number in a type of Go's; nil when the type cannot hold it or is none for numbers.
    private static func make(_ number: NumberText, _ kind: GobKind) -> GobInterface? {
        if let range = kind.signedRange {
            guard let integer = Int64(number.text), range.contains(integer) else { return nil }
            return GobInterface(kind, type: GobType.Basic.int) { $0.appendGob(integer) }
        }
        if let highest = kind.highestUnsigned {
            guard let integer = UInt64(number.text), integer <= highest else { return nil }
            return GobInterface(kind, type: GobType.Basic.uint) { $0.appendGob(unsigned: integer) }
        }
        guard kind == .float32 || kind == .float64, let double = Double(number.text), double.isFinite else {
            return nil
        }
        // A whole number that a float would round is better off without one.
        if Double(exactly: double.rounded()) == double, abs(double) > 0x1p53, isWhole(number) { return nil }
        if kind == .float32, "\(Float(double))" != "\(double)" { return nil }
        let bits = kind == .float32 ? Double(Float(double)).bitPattern : double.bitPattern
        return GobInterface(kind, type: GobType.Basic.float) { $0.appendGob(unsigned: bits.byteSwapped) }
    }

    private static func isWhole(_ number: NumberText) -> Bool {
        number.text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
    }
}

extension GobKind {
    /// Reads a value of this type; nil when JSON cannot say it, or the stream has another type for the name.
    fileprivate func read(_ type: Int64, _ reader: inout GobReader, depth: Int) throws(GobError) -> Value? {
        try reader.zero()
        switch (self, type) {
        case (.bool, GobType.Basic.bool): return .bool(try reader.unsigned() != 0)
        case (.string, GobType.Basic.string):
            return String(validating: try reader.text(), as: UTF8.self).map(Value.string)
        case (.bytes, GobType.Basic.bytes): return .string(Base64.encode(try reader.text()))
        case (.float64, GobType.Basic.float): return NumberText(try reader.float()).map(Value.number)
        case (.float32, GobType.Basic.float):
            let float = Float(try reader.float())
            return float.isFinite ? NumberText("\(float)").map(Value.number) : nil
        case (.strings, GobType.firstDefined...) where depth <= JSON.maximumDepth:
            var texts: [Value] = []
            for _ in 0..<(try reader.count()) {
                guard let text = String(validating: try reader.text(), as: UTF8.self) else { return nil }
                texts.append(.string(text))
            }
            return .array(texts)
        case (.list, GobType.firstDefined...) where depth <= JSON.maximumDepth:
            var values: [Value] = []
            for _ in 0..<(try reader.count()) {
                guard let value = try reader.writtenInterface().value(depth: depth + 1) else { return nil }
                values.append(value)
            }
            return .array(values)
        case (_, GobType.Basic.int) where signedRange != nil: return .number(NumberText(try reader.signed()))
        case (_, GobType.Basic.uint) where highestUnsigned != nil:
            return .number(NumberText(try reader.unsigned()))
        default: return nil
        }
    }
}
