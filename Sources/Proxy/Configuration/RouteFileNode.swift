/// A value of the route file, with its place: what the YAML said after aliases and the environment were put in.
struct RouteFileNode {
    /// A place in the file, line and column from 1.
    struct Place: Equatable {
        var line: Int
        var column: Int
    }

    /// A key with its value.
    struct Pair {
        var key: String
        var place: Place
        var value: RouteFileNode
    }

    /// What kind of value it is.
    enum Kind {
        /// Nothing, or a plain `null` or `~`.
        case null
        /// A text; `isQuoted` when it stood in quotes or in a block, and so is never a number or null.
        case text(String, isQuoted: Bool)
        /// A list.
        case list([RouteFileNode])
        /// Names with values, each name once.
        case mapping([Pair])
        /// A value that was found wrong and reported already; nothing more is said about it.
        case unknown
    }

    var kind: Kind
    var place: Place

    /// What was found, for a message that says what was expected: `a list`, `the text "x"`.
    var found: String {
        switch kind {
        case .null: "nothing"
        case .text(let text, _): text.count <= 60 ? "`\(text)`" : "`\(text.prefix(60))…`"
        case .list: "a list"
        case .mapping: "a mapping"
        case .unknown: "a value that could not be read"
        }
    }

    var isUnknown: Bool { if case .unknown = kind { true } else { false } }

    var isNull: Bool { if case .null = kind { true } else { false } }
}
