/// Reads one JSON text (RFC 8259), a recursive descent no deeper than `JSON.maximumDepth`.
struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The value that is the whole text.
    mutating func wholeValue() throws(JSONError) -> Value {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw error(.trailingBytes) }
        return value
    }

    /// One JSON string beginning at `start`, and where it ends.
    static func string(in bytes: [UInt8], from start: Int) throws(JSONError) -> (text: String, end: Int) {
        var reader = JSONReader(bytes)
        reader.position = start
        return (try reader.string(), reader.position)
    }

    private mutating func value(depth: Int) throws(JSONError) -> Value {
        skipSpace()
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> Members {
        try enter(depth)
        var members = Members()
        if take(UInt8(ascii: "}")) { return members }
        while true {
            skipSpace()
            let name = try string()
            guard take(UInt8(ascii: ":")) else { throw unexpected() }
            members[name] = try value(depth: depth)
            if take(UInt8(ascii: "}")) { return members }
            guard take(UInt8(ascii: ",")) else { throw unexpected() }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [Value] {
        try enter(depth)
        var values: [Value] = []
        if take(UInt8(ascii: "]")) { return values }
        while true {
            values.append(try value(depth: depth))
            if take(UInt8(ascii: "]")) { return values }
            guard take(UInt8(ascii: ",")) else { throw unexpected() }
        }
    }

    private mutating func number() throws(JSONError) -> NumberText {
        let length = NumberText.length(in: bytes.span, from: position)
        guard length > 0, let text = String(validating: bytes[position..<position + length], as: UTF8.self) else {
            throw unexpected()
        }
        position += length
        return NumberText(checked: text)
    }

    private mutating func string() throws(JSONError) -> String {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw unexpected() }
        let start = position
        position += 1
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw JSONError(reason: .invalidUTF8, offset: start)
                }
                return string
            case UInt8(ascii: "\\"):
                text.append(contentsOf: try escape().utf8)
            case 0..<0x20: throw error(.controlCharacter)
            default:
                text.append(byte)
                position += 1
            }
        }
        throw error(.unexpectedEnd)
    }

    /// What a backslash and the bytes after it stand for; two `\u` escapes when they are a surrogate pair.
    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard position + 1 < bytes.count else { throw error(.unexpectedEnd) }
        let letter = bytes[position + 1]
        if letter == UInt8(ascii: "u") {
            let start = position
            let first = try hexUnit()
            if let scalar = Unicode.Scalar(first) { return scalar }
            // Only a high surrogate may stand first, and only a low one may follow it.
            guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw JSONError(reason: .loneSurrogate, offset: start) }
            let second = try hexUnit()
            guard (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (UInt32(first - 0xD800) << 10) + UInt32(second - 0xDC00))
            else { throw JSONError(reason: .loneSurrogate, offset: start) }
            return scalar
        }
        position += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        default: throw JSONError(reason: .unknownEscape, offset: position - 2)
        }
    }

    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        guard position + 6 <= bytes.count else { throw error(.unexpectedEnd) }
        var unit: UInt16 = 0
        for place in position + 2..<position + 6 {
            guard let digit = hexValue(bytes[place]) else {
                throw JSONError(reason: .unknownEscape, offset: position)
            }
            unit = unit << 4 | UInt16(digit)
        }
        position += 6
        return unit
    }

    private mutating func word(_ word: StaticString, _ value: Value) throws(JSONError) -> Value {
        for byte in "\(word)".utf8 {
            guard position < bytes.count, bytes[position] == byte else { throw unexpected() }
            position += 1
        }
        return value
    }

    private mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth <= JSON.maximumDepth else { throw error(.tooDeep) }
        position += 1
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private func unexpected() -> JSONError {
        position < bytes.count ? error(.unexpectedByte(bytes[position])) : error(.unexpectedEnd)
    }

    private func error(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason: reason, offset: position)
    }
}
