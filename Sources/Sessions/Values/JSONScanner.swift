/// Finds one value in the JSON text of an object that `JSON.write` wrote, without building the others.
///
/// It relies on the writer's one form: no spaces, and one way to write each name.
enum JSONScanner {
    /// The value under a name, given with its quotes, as plain text.
    static func plainText(under key: Span<UInt8>, in json: Span<UInt8>) -> ExposedText {
        guard let start = value(under: key, in: json), start < json.count else { return .absent }
        switch json[start] {
        case UInt8(ascii: "\""): return string(in: json, from: start)
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "n"): return .absent
        default: return .text([UInt8](copying: json.extracting(start..<end(in: json, from: start))))
        }
    }

    /// The JSON text of the string, number or truth value under a name, given with its quotes; nil when there is none.
    ///
    /// A string's is without its quotes; nil when it is empty.
    static func rawText(under key: Span<UInt8>, in json: Span<UInt8>) -> [UInt8]? {
        guard let start = value(under: key, in: json), start < json.count else { return nil }
        let end = end(in: json, from: start)
        switch json[start] {
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "n"): return nil
        case UInt8(ascii: "\""):
            return end - start > 2 ? [UInt8](copying: json.extracting(start + 1..<end - 1)) : nil
        default: return [UInt8](copying: json.extracting(start..<end))
        }
    }

    /// Where the value under a name, given with its quotes, begins.
    private static func value(under key: Span<UInt8>, in json: Span<UInt8>) -> Int? {
        var position = 1
        while position < json.count, json[position] == UInt8(ascii: "\"") {
            let nameEnd = end(in: json, from: position)
            let isWanted = nameEnd - position == key.count && key.indices.allSatisfy { key[$0] == json[position + $0] }
            if isWanted { return nameEnd + 1 }
            position = end(in: json, from: nameEnd + 1) + 1
        }
        return nil
    }

    /// Where the value that begins at `start` ends.
    private static func end(in json: Span<UInt8>, from start: Int) -> Int {
        var depth = 0
        var position = start
        while position < json.count {
            switch json[position] {
            case UInt8(ascii: "\""):
                position += 1
                while position < json.count, json[position] != UInt8(ascii: "\"") {
                    position += json[position] == UInt8(ascii: "\\") ? 2 : 1
                }
                if depth == 0 { return min(position + 1, json.count) }
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if depth == 0 { return position }
                depth -= 1
                if depth == 0 { return position + 1 }
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                if depth == 0 { return position }
            default: break
            }
            position += 1
        }
        return json.count
    }

    private static func string(in json: Span<UInt8>, from start: Int) -> ExposedText {
        var text: [UInt8] = []
        var position = start + 1
        while position < json.count, json[position] != UInt8(ascii: "\"") {
            if json[position] == UInt8(ascii: "\\") {
                position += 1
                // Every escape but these two stands for something that is not printable ASCII.
                guard position < json.count,
                    json[position] == UInt8(ascii: "\"") || json[position] == UInt8(ascii: "\\")
                else { return .unprintable }
            }
            text.append(json[position])
            position += 1
        }
        return .text(text)
    }
}
