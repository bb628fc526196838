/// Follows the brackets and quotes of YAML's flow style through lines, whether or not they are YAML.
///
/// Where it errs it errs towards more brackets: then more is covered.
struct FlowScanner {
    /// How many brackets are open.
    private(set) var depth = 0
    /// Whether a value that stands within brackets has come to its end.
    private(set) var isOver = false
    private let isValue: Bool
    private var quote: Unicode.Scalar?

    /// A scanner at the beginning of a file, or of one value within brackets.
    init(isValue: Bool = false) { self.isValue = isValue }

    /// Reads a line or a part of one.
    mutating func read(_ line: ArraySlice<Unicode.Scalar>) {
        // Quotes and brackets count at the beginning of a value; within a plain text of block style they are letters.
        var isStart = true
        var index = line.startIndex
        // A quoted text of block style may go on, but so far that it matters is not likely.
        if depth == 0, !isValue { quote = nil }
        while index < line.endIndex, !isOver {
            let scalar = line[index]
            index += 1
            if let open = quote {
                if scalar == "\\", open == "\"" { index += 1 }
                if scalar == open { quote = nil }
                continue
            }
            let counts = isStart || depth > 0 || isValue
            switch scalar {
            case "#" where isStart: return
            case "\"", "'": if counts { quote = scalar }
            case "{", "[": if counts { depth += 1 }
            case "}", "]": close()
            case "," where depth == 0: isOver = isValue
            default: break
            }
            isStart = " \t,:[{-".unicodeScalars.contains(scalar)
        }
    }

    private mutating func close() {
        if depth > 0 { depth -= 1 } else { isOver = isValue }
    }
}
