/// The paths a route matches, in the conservative normal form of `HTTP.NormalPath`.
public enum PathPattern: Sendable, Equatable, Hashable {
    /// One path, `/healthz`.
    case exact(String)
    /// A path and everything below it: `/api/*` matches `/api`, `/api/` and `/api/x`, but not `/apix`.
    case prefix([String])
    /// A path with parameters, `/users/{id}`; with `rest`, as in `/users/{id}/*`, also everything below it.
    case template([Segment], rest: Bool)

    /// A segment of a template.
    public enum Segment: Sendable, Equatable, Hashable {
        /// This text.
        case literal(String)
        /// Any one segment that is not empty.
        case parameter(String)
    }

    /// Why a text is no pattern for paths.
    struct ParseError: Error, Equatable {
        let message: String
        var hint: String?
    }

    /// Reads `/healthz`, `/api/*`, `/users/{id}` or `/users/{id}/*`.
    init(parsing text: String) throws(ParseError) {
        guard text.hasPrefix("/") else {
            throw ParseError(
                message: "a path begins with `/`",
                hint: text.contains("://") ? nil : "did you mean `/\(text)`?"
            )
        }
        if text.contains("?") || text.contains("#") {
            throw ParseError(message: "a path has no query and no fragment", hint: "match the query under `query`")
        }
        var segments: [Segment] = []
        var rest = false
        let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            if part == "*" {
                guard isLast else { throw ParseError(message: "`*` stands only at the end of a path", hint: nil) }
                rest = true
            } else {
                segments.append(try Self.segment(part, isLast: isLast, of: text))
            }
        }
        let names = segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
        if let twice = Set(names).first(where: { name in names.count(where: { $0 == name }) > 1 }) {
            throw ParseError(message: "the parameter `{\(twice)}` stands twice in the path", hint: nil)
        }
        let literals = segments.compactMap { if case .literal(let text) = $0 { text } else { nil } }
        if literals.count < segments.count {
            self = .template(segments, rest: rest)
        } else {
            self = rest ? .prefix(literals) : .exact("/" + literals.joined(separator: "/"))
        }
    }

    /// Its segments; `/a/` has two, the second empty.
    public var segments: [Segment] {
        switch self {
        case .exact(let path):
            path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { .literal(String($0)) }
        case .prefix(let segments): segments.map { .literal($0) }
        case .template(let segments, _): segments
        }
    }

    /// Whether it ends in `*`.
    public var matchesBelow: Bool {
        switch self {
        case .exact: false
        case .prefix: true
        case .template(_, let rest): rest
        }
    }

    /// The pattern as it is written in a route file.
    public var description: String {
        let texts = segments.map { segment in
            switch segment {
            case .literal(let text): text
            case .parameter(let name): "{\(name)}"
            }
        }
        return "/" + (texts + (matchesBelow ? ["*"] : [])).joined(separator: "/")
    }

    private static func segment(_ part: Substring, isLast: Bool, of text: String) throws(ParseError) -> Segment {
        if part.contains("*") {
            let fixed = "/" + text.dropFirst().replacing("*", with: "").replacing("//", with: "/")
            throw ParseError(
                message: "`*` stands for whole segments, alone after a `/`",
                hint: "did you mean `\(fixed.hasSuffix("/") ? fixed : fixed + "/")*`?"
            )
        }
        if part.contains("{") || part.contains("}") {
            let name = part.dropFirst().dropLast()
            guard part.hasPrefix("{"), part.hasSuffix("}"), let first = name.unicodeScalars.first,
                !("0"..."9").contains(first), name.unicodeScalars.allSatisfy(EnvironmentReferences.isNamePart)
            else {
                throw ParseError(message: "a parameter is a whole segment, `/users/{id}`", hint: nil)
            }
            return .parameter(String(name))
        }
        if part.isEmpty && !isLast { throw ParseError(message: "the path has an empty segment, `//`", hint: nil) }
        if part == "." || part == ".." {
            throw ParseError(message: "the path has a `\(part)` segment", hint: "write the path it stands for")
        }
        let literal = try normal(part)
        if literal == "." || literal == ".." {
            throw ParseError(message: "the path has a `..` segment in disguise, `\(part)`", hint: nil)
        }
        return .literal(literal)
    }

    /// A segment with what a URL cannot hold escaped, and escapes that are not needed undone.
    private static func normal(_ part: Substring) throws(ParseError) -> String {
        var result: [UInt8] = []
        let bytes = Array(part.utf8)
        var index = 0
        while index < bytes.count {
            var byte = bytes[index]
            var isEscaped = false
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, let value = UInt8(hex: bytes[index + 1], bytes[index + 2]) else {
                    throw ParseError(
                        message: "`%` is not followed by two hexadecimal digits",
                        hint: "write `%25` for a `%`"
                    )
                }
                byte = value
                isEscaped = true
                index += 2
            }
            if byte < 0x20 || byte == 0x7f || byte == UInt8(ascii: "\\") {
                throw ParseError(message: "the path has a control character or a backslash", hint: nil)
            }
            // Readers take `!` and `%21` for the same; of `;` some cut off what follows.
            if byte.isUnreserved || "!$&'()+,=:@".utf8.contains(byte) || (!isEscaped && byte == UInt8(ascii: ";")) {
                result.append(byte)
            } else {
                result.append(contentsOf: [UInt8(ascii: "%"), byte.hexDigits.0, byte.hexDigits.1])
            }
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension UInt8 {
    /// RFC 3986 section 2.3.
    fileprivate var isUnreserved: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5a).contains(self) || (0x61...0x7a).contains(self)
            || "-._~".utf8.contains(self)
    }

    /// Its two upper-case hexadecimal digits.
    fileprivate var hexDigits: (UInt8, UInt8) {
        let digits = Array("0123456789ABCDEF".utf8)
        return (digits[Int(self >> 4)], digits[Int(self & 15)])
    }

    fileprivate init?(hex high: UInt8, _ low: UInt8) {
        guard let high = Character(UnicodeScalar(high)).hexDigitValue,
            let low = Character(UnicodeScalar(low)).hexDigitValue
        else { return nil }
        self = UInt8(high << 4 | low)
    }
}
