/// Reads one mapping of the route file: refuses names it does not have, and reads the values of those it has.
struct SectionReader {
    /// What the mapping is, for messages: `a route`, `` the session `browser` ``.
    let what: String
    /// Where it begins.
    let place: RouteFileNode.Place
    let problems: ProblemList
    private let pairs: [RouteFileNode.Pair]
    private let names: [String]

    /// Takes a mapping; nil, with an error in the list, if the node is something else.
    ///
    /// `names` are the settings there are; nil: any name may stand, as under `upstreams`.
    init?(_ node: RouteFileNode, _ what: String, names: [String]?, problems: ProblemList) {
        self.what = what
        place = node.place
        self.problems = problems
        self.names = names ?? []
        switch node.kind {
        case .mapping(let pairs): self.pairs = pairs
        case .null: pairs = []
        case .unknown: return nil
        default:
            problems.error(
                "\(what) is a mapping of settings, but here is \(node.found)",
                at: node.place,
                hint: names.map { "settings: \($0.joined(separator: ", "))" }
            )
            return nil
        }
        guard let names else { return }
        for pair in pairs where !names.contains(pair.key) {
            problems.error(
                "unknown setting `\(pair.key)` in \(what)",
                at: pair.place,
                hint: Suggestion.hint(for: pair.key, among: names, what: "settings")
            )
        }
    }

    /// The names with their values, in order.
    var all: [RouteFileNode.Pair] { pairs }

    /// Whether a name stands in the mapping, whatever its value.
    func has(_ name: String) -> Bool { pairs.contains { $0.key == name } }

    /// Whether a name stands in the mapping without a value.
    func isEmpty(_ name: String) -> Bool { pairs.contains { $0.key == name && $0.value.isNull } }

    /// Whether a name stands in the mapping, or one that was probably meant as it: then it is not reported missing too.
    func seemsToHave(_ name: String) -> Bool {
        has(name) || pairs.contains { !names.contains($0.key) && Suggestion.nearest(to: $0.key, among: names) == name }
    }

    /// The place of a name, else of the mapping.
    func place(of name: String) -> RouteFileNode.Place { pairs.first { $0.key == name }?.place ?? place }

    /// The value of a name; nil when it is not there, null, or reported already.
    func node(_ name: String) -> RouteFileNode? {
        guard let node = pairs.first(where: { $0.key == name })?.value, !node.isNull, !node.isUnknown else {
            return nil
        }
        return node
    }

    /// A text.
    func text(_ name: String) -> String? {
        node(name).flatMap { text($0, name) }
    }

    /// The text of a node that is the value, or an item of the value, of a name.
    func text(_ node: RouteFileNode, _ name: String) -> String? {
        switch node.kind {
        case .text(let text, _): return text
        case .unknown: return nil
        default:
            problems.error("`\(name)` is a text, but here is \(node.found)", at: node.place)
            return nil
        }
    }

    /// A list of texts; nil when it is not there.
    func texts(_ name: String) -> [(text: String, place: RouteFileNode.Place)]? {
        guard let node = node(name) else { return nil }
        guard case .list(let items) = node.kind else {
            problems.error(
                "`\(name)` is a list, but here is \(node.found)",
                at: node.place,
                hint: { if case .text(let text, _) = node.kind { "write `[\(text)]`" } else { nil } }()
            )
            return nil
        }
        return items.compactMap { item in
            if item.isNull {
                problems.error("`\(name)` has an empty item", at: item.place)
                return nil
            }
            return text(item, name).map { ($0, item.place) }
        }
    }

    /// `true` or `false`, as YAML 1.2 knows them.
    func bool(_ name: String) -> Bool? {
        guard let node = node(name) else { return nil }
        switch node.kind {
        case .text("true", isQuoted: false): return true
        case .text("false", isQuoted: false): return false
        default:
            problems.error("`\(name)` is `true` or `false`, but here is \(node.found)", at: node.place)
            return nil
        }
    }

    /// A whole number in a range.
    func number(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = node(name) else { return nil }
        guard case .text(let text, isQuoted: _) = node.kind, let number = Int(text), range.contains(number) else {
            let wanted = "a number from \(range.lowerBound) to \(range.upperBound)"
            problems.error("`\(name)` is \(wanted), but here is \(node.found)", at: node.place)
            return nil
        }
        return number
    }

    /// One of a few words.
    func choice<Value>(_ name: String, _ values: KeyValuePairs<String, Value>) -> Value? {
        guard let node = node(name) else { return nil }
        let words = values.map(\.key)
        guard case .text(let text, _) = node.kind else {
            let wanted = words.joined(separator: ", ")
            problems.error("`\(name)` is one of \(wanted), but here is \(node.found)", at: node.place)
            return nil
        }
        if let value = values.first(where: { $0.key == text })?.value { return value }
        problems.error(
            "`\(name)` cannot be `\(text)`",
            at: node.place,
            hint: Suggestion.hint(for: text, among: words, what: "values")
        )
        return nil
    }

    /// A duration in nanoseconds, more than zero and at most a hundred years.
    func duration(_ name: String) -> UInt64? {
        guard let node = node(name) else { return nil }
        guard case .text(let text, _) = node.kind, let nanoseconds = Quantity.nanoseconds(text) else {
            var hint = "a duration is a number with its unit: 300ms, 10s, 5m, 24h, 30d"
            if case .text(let text, _) = node.kind, UInt64(text) != nil { hint = "did you mean `\(text)s`?\n" + hint }
            problems.error("`\(name)` is a duration, but here is \(node.found)", at: node.place, hint: hint)
            return nil
        }
        guard nanoseconds > 0 else {
            problems.error("`\(name)` must be more than nothing", at: node.place)
            return nil
        }
        // A time from now on stays far from the largest there is.
        guard nanoseconds <= Quantity.longestDuration else {
            problems.error("`\(name)` is at most 36500d, a hundred years, but here is \(node.found)", at: node.place)
            return nil
        }
        return nanoseconds
    }

    /// A duration of whole seconds.
    func seconds(_ name: String) -> Int64? {
        guard let nanoseconds = duration(name) else { return nil }
        guard nanoseconds.isMultiple(of: 1_000_000_000) else {
            problems.error("`\(name)` is counted in whole seconds", at: place(of: name))
            return nil
        }
        return Int64(nanoseconds / 1_000_000_000)
    }

    /// A size in bytes, within a range.
    func size(_ name: String, in range: ClosedRange<UInt64>) -> UInt64? {
        guard let node = node(name) else { return nil }
        guard case .text(let text, _) = node.kind, let bytes = Quantity.bytes(text) else {
            problems.error(
                "`\(name)` is a size, but here is \(node.found)",
                at: node.place,
                hint: "a size is a number of bytes, or has a unit: 512, 64KiB, 10MiB, 1GiB"
            )
            return nil
        }
        guard range.contains(bytes) else {
            let from = Quantity.text(bytes: range.lowerBound)
            let to = Quantity.text(bytes: range.upperBound)
            problems.error("`\(name)` is a size from \(from) to \(to), but here is \(node.found)", at: node.place)
            return nil
        }
        return bytes
    }
}
