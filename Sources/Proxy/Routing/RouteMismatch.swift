/// Why a route does not take a request, in words: the slow and plain twin of `RouteTable`, for people and for tests.
struct RouteMismatch {
    let host: String
    let path: String
    let query: [(name: String, value: String)]
    let method: String
    let fields: [(name: String, value: String)]

    /// The first thing that keeps a route from matching; nil: it matches.
    func reason(_ route: RouteSettings) -> String? {
        if let pattern = route.host, !matches(pattern) { return "the host is not `\(pattern.description)`" }
        if !matches(route.path) { return "the path is not `\(route.path.description)`" }
        if !takesMethod(route) { return "the method is not \(route.methods.joined(separator: " or "))" }
        for match in route.headers where !hasField(match) {
            return match.value.map { "no field `\(match.name): \($0)`" } ?? "no field `\(match.name)`"
        }
        for match in route.query where !hasParameter(match) {
            return match.value.map { "no `\(match.name)=\($0)` in the query" } ?? "no `\(match.name)` in the query"
        }
        return nil
    }

    /// Why of two routes that match `winner` is the more specific one.
    static func advantage(of winner: RouteSettings, over other: RouteSettings) -> String {
        if winner.host != other.host {
            switch (winner.host, other.host) {
            case (_, nil): return "matches, but takes any host; the chosen one names it"
            case (.exact?, .wildcard?): return "matches, but by a wildcard; the chosen one names the host exactly"
            default: return "matches, but its host is the shorter one"
            }
        }
        let mine = winner.path.segments
        let theirs = other.path.segments
        if mine.count != theirs.count { return "matches, but its path is the shorter one" }
        for (a, b) in zip(mine, theirs) {
            if case .literal = a, case .parameter = b {
                return "matches, but by a parameter where the chosen one has a text"
            }
        }
        if other.path.matchesBelow, !winner.path.matchesBelow { return "matches, but its path ends in `*`" }
        if other.methods.isEmpty, !winner.methods.isEmpty {
            return "matches, but takes any method; the chosen one names it"
        }
        if winner.headers.count > other.headers.count { return "matches, but asks for fewer header fields" }
        if winner.query.count > other.query.count { return "matches, but asks for fewer query parameters" }
        return "matches as well, but stands further down in the file"
    }

    private func matches(_ pattern: HostPattern) -> Bool {
        var name = host.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        switch pattern {
        case .exact(let wanted): return name == wanted
        case .wildcard(let suffix): return name.hasSuffix(suffix) && name.utf8.count > suffix.utf8.count
        }
    }

    private func matches(_ pattern: PathPattern) -> Bool {
        guard path.hasPrefix("/") else { return pattern == .prefix([]) }
        let given = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let wanted = pattern.segments
        guard pattern.matchesBelow ? given.count >= wanted.count : given.count == wanted.count else { return false }
        return zip(given, wanted).allSatisfy { text, segment in
            switch segment {
            case .literal(let wanted): Array(text.utf8) == Array(wanted.utf8)
            case .parameter: !text.isEmpty
            }
        }
    }

    private func takesMethod(_ route: RouteSettings) -> Bool {
        route.methods.isEmpty || route.methods.contains(method) || (method == "HEAD" && route.methods.contains("GET"))
    }

    private func hasField(_ match: FieldMatch) -> Bool {
        fields.contains { field in
            field.name.lowercased() == match.name.lowercased() && (match.value == nil || field.value == match.value)
        }
    }

    private func hasParameter(_ match: QueryMatch) -> Bool {
        query.contains { $0.name == match.name && (match.value == nil || $0.value == match.value) }
    }

    /// The parameters of a query, percent-decoded.
    static func parameters(_ query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").map { part in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(sides[0]), sides.count > 1 ? decoded(sides[1]) : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var result: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
