/// A JSON number kept as the very text it was written in, so that 64-bit integers, `1.0` and `1e400` come back as sent.
///
/// Two numbers are equal when their texts are: `1` and `1.0` are different values to a session (RFC 8259 section 6).
public struct NumberText: Sendable, Hashable, CustomStringConvertible {
    /// The number as JSON writes it.
    public let text: String

    /// Takes a text that is a whole JSON number; nil for anything else (RFC 8259 section 6).
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, NumberText.length(in: bytes.span, from: 0) == bytes.count else { return nil }
        self.text = text
    }

    /// Writes an integer.
    public init(_ integer: some FixedWidthInteger) {
        text = String(integer)
    }

    /// Writes a double in the shortest form that reads back as the same; nil for infinities and NaN, which JSON lacks.
    public init?(_ double: Double) {
        guard double.isFinite else { return nil }
        text = "\(double)"
    }

    /// Keeps a text the reader has already found to be a JSON number.
    init(checked text: String) {
        self.text = text
    }

    public var description: String { text }

    /// The length of the JSON number that begins at `start`, 0 when there is none.
    static func length(in bytes: Span<UInt8>, from start: Int) -> Int {
        var position = start
        func digits(_ bytes: Span<UInt8>) -> Int {
            let first = position
            while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
            return position - first
        }
        func has(_ bytes: Span<UInt8>, _ wanted: UInt8, or other: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == wanted || bytes[position] == other else { return false }
            position += 1
            return true
        }
        _ = has(bytes, UInt8(ascii: "-"), or: UInt8(ascii: "-"))
        // A leading zero stands alone: 01 is not a number.
        if !has(bytes, UInt8(ascii: "0"), or: UInt8(ascii: "0")), digits(bytes) == 0 { return 0 }
        if has(bytes, UInt8(ascii: "."), or: UInt8(ascii: ".")), digits(bytes) == 0 { return 0 }
        if has(bytes, UInt8(ascii: "e"), or: UInt8(ascii: "E")) {
            _ = has(bytes, UInt8(ascii: "+"), or: UInt8(ascii: "-"))
            if digits(bytes) == 0 { return 0 }
        }
        return position - start
    }
}
