/// JSON as sessions use it: a strict reader (RFC 8259), and a writer of ASCII that fits into a header field.
public enum JSON {
    /// How many lists and objects may stand inside one another: 64.
    public static let maximumDepth = 64

    /// Reads one value and nothing else; of members with the same name the last wins.
    ///
    /// Refuses what RFC 8259 does not allow, invalid UTF-8, lone surrogate escapes, and more than 64 levels.
    public static func parse(_ bytes: Span<UInt8>) throws(JSONError) -> Value {
        var reader = JSONReader([UInt8](copying: bytes))
        return try reader.wholeValue()
    }

    /// Appends a value in ASCII without spaces; everything else is escaped as `\u` and four digits, DEL too.
    public static func write(_ value: Value, into text: inout [UInt8]) {
        switch value {
        case .null: text.append(contentsOf: "null".utf8)
        case .bool(let bool): text.append(contentsOf: (bool ? "true" : "false").utf8)
        case .number(let number): text.append(contentsOf: number.text.utf8)
        case .string(let string): write(string, into: &text)
        case .array(let values):
            text.append(UInt8(ascii: "["))
            for (place, value) in values.enumerated() {
                if place > 0 { text.append(UInt8(ascii: ",")) }
                write(value, into: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members): write(members, into: &text)
        }
    }

    /// A value's text, as `write` writes it.
    static func text(of value: Value) -> [UInt8] {
        var text: [UInt8] = []
        write(value, into: &text)
        return text
    }

    /// An object's text.
    static func text(of members: Members) -> [UInt8] {
        var text: [UInt8] = []
        write(members, into: &text)
        return text
    }

    /// A string's text, with its quotes.
    static func text(of string: String) -> [UInt8] {
        var text: [UInt8] = []
        write(string, into: &text)
        return text
    }

    /// Appends an object.
    static func write(_ members: Members, into text: inout [UInt8]) {
        text.append(UInt8(ascii: "{"))
        for (place, member) in members.list.enumerated() {
            if place > 0 { text.append(UInt8(ascii: ",")) }
            write(member.name, into: &text)
            text.append(UInt8(ascii: ":"))
            write(member.value, into: &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    /// Appends a string with its quotes.
    static func write(_ string: String, into text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                text.append(UInt8(ascii: "\\"))
                text.append(UInt8(truncatingIfNeeded: scalar.value))
            case "\u{08}": text.append(contentsOf: "\\b".utf8)
            case "\t": text.append(contentsOf: "\\t".utf8)
            case "\n": text.append(contentsOf: "\\n".utf8)
            case "\u{0C}": text.append(contentsOf: "\\f".utf8)
            case "\r": text.append(contentsOf: "\\r".utf8)
            case " "..."~": text.append(UInt8(truncatingIfNeeded: scalar.value))
            default: for unit in scalar.utf16 { escape(unit, into: &text) }
            }
        }
        text.append(UInt8(ascii: "\""))
    }

    private static func escape(_ unit: UInt16, into text: inout [UInt8]) {
        text.append(UInt8(ascii: "\\"))
        text.append(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] { text.append(hexDigit(UInt8(truncatingIfNeeded: unit >> shift) & 0xF)) }
    }
}
