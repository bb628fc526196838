/// The lines of a route file as libyaml counts them, and the same lines with every secret painted over.
///
/// The painting works on the text alone, so that it also holds when the file is not YAML: a diagnostic must never
/// carry a secret into a log.
struct SourceLines {
    /// The lines as they are in the file.
    let lines: [String]

    /// Splits at the line ends of YAML 1.1: LF, CR LF, CR, NEL, LS and PS.
    init(_ source: String) {
        var lines: [String] = []
        var current = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in Self.withoutByteOrderMark(source).unicodeScalars {
            switch scalar {
            case "\n" where previous == "\r":
                break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                lines.append(String(current))
                current = String.UnicodeScalarView()
            default:
                current.append(scalar)
            }
            previous = scalar
        }
        lines.append(String(current))
        self.lines = lines
    }

    /// The text without the byte order mark that some editors put before it.
    static func withoutByteOrderMark(_ text: String) -> String {
        text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    /// The lines, with what stands behind a key that names a secret (`secret`, `authorization`, …) as asterisks.
    var masked: [String] {
        var masked: [String] = []
        // Where a secret goes on over several lines: the indentation of its key.
        var secretIndentation: Int?
        // Within brackets, where indentation says nothing, the value that is not over.
        var openSecret: FlowScanner?
        var flow = FlowScanner()
        for line in lines {
            let scalars = Array(line.unicodeScalars)
            let before = flow
            flow.read(scalars[...])
            // As long as the line, so that places in the one are places in the other.
            let withoutPasswords = Array(Self.withoutPasswords(line).unicodeScalars)
            let indentation = scalars.prefix { $0 == " " }.count
            let isBlank = indentation == scalars.count
            if var value = openSecret {
                masked.append(Self.covered(withoutPasswords, from: 0))
                value.read(scalars[...])
                openSecret = value.isOver ? nil : value
                continue
            }
            if let outer = secretIndentation, !isBlank {
                // Also the value of `? secret`.
                let isListItem = indentation == outer && (scalars[indentation] == "-" || scalars[indentation] == ":")
                if indentation > outer || isListItem {
                    masked.append(
                        Self.covered(withoutPasswords, from: indentation + (scalars[indentation] == "-" ? 1 : 0))
                    )
                    continue
                }
                secretIndentation = nil
            }
            if let key = Self.secretKey(in: scalars) {
                masked.append(Self.covered(withoutPasswords, from: key.end))
                var outer = before
                outer.read(scalars[..<key.start])
                if outer.depth > 0 {
                    var value = FlowScanner(isValue: true)
                    value.read(scalars[key.end...])
                    openSecret = value.isOver ? nil : value
                } else {
                    secretIndentation = key.start
                }
            } else {
                masked.append(String(String.UnicodeScalarView(withoutPasswords)))
            }
        }
        return masked
    }

    /// Hides the password of every `scheme://user:password@host` in a text.
    static func withoutPasswords(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        var index = 0
        while index + 2 < scalars.count {
            defer { index += 1 }
            guard scalars[index] == ":", scalars[index + 1] == "/", scalars[index + 2] == "/" else { continue }
            let start = index + 3
            var end = start
            // Redis' passwords are whatever somebody made up: up to the last @, whatever comes before it.
            let isRedis = ["redis", "rediss", "redis+unix"].contains { scheme in
                let name = scalars[max(0, index - scheme.unicodeScalars.count)..<index]
                return String(String.UnicodeScalarView(name)).lowercased() == scheme
            }
            if isRedis { end = scalars.count }
            while end < scalars.count, !"/?# \"'`,]}".unicodeScalars.contains(scalars[end]) { end += 1 }
            guard let at = scalars[start..<end].lastIndex(of: "@") else { continue }
            for position in start..<at { scalars[position] = "*" }
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars)
        return String(result)
    }

    /// Covers everything from a place on, but not the name of an environment variable, nor quotes and brackets.
    private static func covered(_ scalars: [Unicode.Scalar], from start: Int) -> String {
        var result = String.UnicodeScalarView()
        // Behind a value that is a reference alone, a comment is no part of the secret.
        var isReference = false
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            if index >= start, let end = referenceEnd(scalars, at: index) {
                result.append(contentsOf: scalars[index..<end])
                isReference = true
                index = end
                continue
            }
            if scalar == "#", isReference, scalars[index - 1] == " " {
                result.append(contentsOf: scalars[index...])
                return String(result)
            }
            let isPunctuation = " \t[]{}\"'".unicodeScalars.contains(scalar)
            if index >= start, !isPunctuation { isReference = false }
            result.append(index < start || isPunctuation ? scalar : "*")
            index += 1
        }
        return String(result)
    }

    /// The end of a `${NAME}` without a default that starts at a place.
    private static func referenceEnd(_ scalars: [Unicode.Scalar], at start: Int) -> Int? {
        guard start + 2 < scalars.count, scalars[start] == "$", scalars[start + 1] == "{" else { return nil }
        var end = start + 2
        while end < scalars.count, EnvironmentReferences.isNamePart(scalars[end]) { end += 1 }
        return end < scalars.count && scalars[end] == "}" ? end + 1 : nil
    }

    /// The first key of a line that names a secret, also one misspelt: where it starts, and where its value does.
    private static func secretKey(in scalars: [Unicode.Scalar]) -> (start: Int, end: Int)? {
        // `? secret`, whose value is on a line of its own.
        let trimmed = scalars.drop { $0 == " " }
        if trimmed.first == "?", !trimmed.contains(":") {
            let word = String.UnicodeScalarView(trimmed.dropFirst().filter(isWord))
            if namesSecret(String(word).lowercased()) { return (trimmed.startIndex, scalars.count) }
        }
        var start = 0
        while start < scalars.count {
            guard isWord(scalars[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < scalars.count, isWord(scalars[end]) { end += 1 }
            var colon = end
            while colon < scalars.count, scalars[colon] == " " || scalars[colon] == "\"" || scalars[colon] == "'" {
                colon += 1
            }
            if colon < scalars.count, scalars[colon] == ":" {
                var word = String.UnicodeScalarView()
                word.append(contentsOf: scalars[start..<end])
                if namesSecret(String(word).lowercased()) { return (start, colon + 1) }
            }
            start = end
        }
        return nil
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "-" ? false : EnvironmentReferences.isNamePart(scalar)
    }

    /// Whether a key or a variable of this name, in lower case, holds a secret.
    static func namesSecret(_ word: String) -> Bool {
        ["secret", "authorization", "password", "token", "key"].contains {
            word.hasSuffix($0) || word.hasSuffix($0 + "s")
        }
            // Who leaves `key` out writes the key right behind `sign`.
            || word == "sign" || (word != "secure" && Suggestion.distance(word, "secret") <= 2)
    }
}
