internal import Yams

/// Turns the text of a route file into nodes: YAML by Yams, aliases followed, environment put in.
///
/// Errors go to the list; what can be read in spite of them is read, so that one run shows every error.
struct RouteFileParser {
    let environment: [String: String]
    /// With `--dev` a secret may come from a variable that is not set.
    let allowsMissingSecret: Bool
    let problems: ProblemList
    /// Aliases may repeat a value, but a file may not unfold without end.
    private var remaining = 100_000
    private var exceeded = false
    /// Keys that stand twice, renamed so that Yams reads on: the stand-in's first scalar → what it stands for.
    private var twins: [Unicode.Scalar: Twin] = [:]

    private struct Twin {
        var first: Unicode.Scalar
        var key: String
        var place: RouteFileNode.Place
    }

    init(environment: [String: String], allowsMissingSecret: Bool, problems: ProblemList) {
        self.environment = environment
        self.allowsMissingSecret = allowsMissingSecret
        self.problems = problems
    }

    /// The root of the file; nil when it is empty or not YAML (then there is an error in the list).
    mutating func parse(_ text: String) -> RouteFileNode? {
        guard let root = compose(text) else { return nil }
        let node = convert(root, isSecret: false)
        if exceeded {
            problems.error(
                "the file unfolds to more than 100000 values",
                at: node.place,
                hint: "an alias (`*name`) repeats a value that itself holds aliases"
            )
            return nil
        }
        return node
    }

    /// Parses, renaming the first of two equal keys until there are none: Yams would tell of one place only.
    private mutating func compose(_ text: String) -> Node? {
        var text = text
        while true {
            do {
                return try Yams.compose(yaml: text, .basic, .default, .utf8)
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                guard let renamed = renameFirst(of: keys, in: text, at: context.mark) else {
                    let place = RouteFileNode.Place(
                        line: max(1, context.mark.line),
                        column: max(1, context.mark.column)
                    )
                    problems.error("`\(keys.first ?? "")` is set twice in the same mapping", at: place)
                    return nil
                }
                text = renamed
            } catch {
                report(error, in: text)
                return nil
            }
        }
    }

    /// The text with the first scalar of a key replaced by a private one, so that every place stays where it is.
    private mutating func renameFirst(of keys: [String], in text: String, at mark: Mark) -> String? {
        guard let key = keys.first, let first = key.unicodeScalars.first,
            let standIn = Unicode.Scalar(UInt32(0xf0000 + twins.count)), twins.count < 1000
        else { return nil }
        var lines = SourceLines(text).lines.map { Array($0.unicodeScalars) }
        guard lines.indices.contains(mark.line - 1) else { return nil }
        var column = mark.column - 1
        let line = lines[mark.line - 1]
        if line.indices.contains(column), line[column] == "\"" || line[column] == "'" { column += 1 }
        guard line.indices.contains(column), line[column] == first else { return nil }
        lines[mark.line - 1][column] = standIn
        let place = RouteFileNode.Place(line: mark.line, column: mark.column)
        twins[standIn] = Twin(first: first, key: key, place: place)
        var result = String.UnicodeScalarView()
        for (index, line) in lines.enumerated() {
            if index > 0 { result.append("\n") }
            result.append(contentsOf: line)
        }
        return String(result)
    }

    private mutating func convert(_ node: Node, isSecret: Bool) -> RouteFileNode {
        let place = RouteFileNode.Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        remaining -= 1
        guard remaining > 0 else {
            exceeded = true
            return RouteFileNode(kind: .unknown, place: place)
        }
        switch node {
        case .scalar(let scalar):
            return RouteFileNode(kind: value(of: scalar, at: place, isSecret: isSecret), place: place)
        case .sequence(let sequence):
            var items: [RouteFileNode] = []
            for item in sequence { items.append(convert(item, isSecret: isSecret)) }
            return RouteFileNode(kind: .list(items), place: place)
        case .mapping(let mapping):
            return RouteFileNode(kind: .mapping(pairs(of: mapping)), place: place)
        case .alias:
            // Yams follows aliases itself while it composes; this case is for documents made by hand.
            problems.error("an alias has nothing to refer to", at: place)
            return RouteFileNode(kind: .unknown, place: place)
        }
    }

    private mutating func pairs(of mapping: Node.Mapping) -> [RouteFileNode.Pair] {
        var pairs: [RouteFileNode.Pair] = []
        for (keyNode, valueNode) in mapping {
            let place = RouteFileNode.Place(line: keyNode.mark?.line ?? 1, column: keyNode.mark?.column ?? 1)
            guard let written = keyNode.scalar?.string else {
                problems.error("a setting's name is a text, not a list or a mapping", at: place)
                continue
            }
            if written == "<<" {
                problems.error(
                    "merge keys (`<<`) are no part of YAML 1.2",
                    at: place,
                    hint: "repeat the settings, or give the whole value an anchor and use it by its alias"
                )
                continue
            }
            if let standIn = written.unicodeScalars.first, let twin = twins[standIn] {
                // The value is read for its own errors only: the later twin counts, and is told of.
                _ = convert(valueNode, isSecret: false)
                reportTwin(twin, in: mapping)
                continue
            }
            let value = convert(valueNode, isSecret: ["secret", "block_keys", "key"].contains(written))
            pairs.append(RouteFileNode.Pair(key: written, place: place, value: value))
        }
        return pairs
    }

    private func reportTwin(_ twin: Twin, in mapping: Node.Mapping) {
        for (keyNode, _) in mapping {
            guard let mark = keyNode.mark, let text = keyNode.scalar?.string else { continue }
            let isAfter = (mark.line, mark.column) > (twin.place.line, twin.place.column)
            let isSame = text == twin.key || (text.unicodeScalars.first.map { twins[$0]?.key == twin.key } ?? false)
            guard isAfter, isSame else { continue }
            problems.error(
                "`\(twin.key)` is set twice in the same mapping",
                at: RouteFileNode.Place(line: mark.line, column: mark.column),
                hint: "the first is on line \(twin.place.line), column \(twin.place.column)"
            )
            return
        }
    }

    private func value(of scalar: Node.Scalar, at place: RouteFileNode.Place, isSecret: Bool) -> RouteFileNode.Kind {
        let isQuoted = scalar.style != .plain && scalar.style != .any
        let text: String
        do throws(EnvironmentReferences.Problem) {
            text = try EnvironmentReferences.replaced(in: scalar.string, by: environment)
        } catch {
            guard case .unset(let name) = error else {
                let reference = if case .malformed(let text) = error, !isSecret { "`\(text)`" } else { "a `${` here" }
                problems.error(
                    "\(reference) is no reference to a variable",
                    at: place,
                    hint: "write `${NAME}` or `${NAME:-default}`, and `$$` for a dollar sign"
                )
                return .unknown
            }
            if isSecret, allowsMissingSecret { return .null }
            problems.error(
                "the environment variable `\(name)` is not set",
                at: place,
                hint: isSecret
                    ? "make a secret with `gateway secret` and set the variable to it, or run with `--dev`"
                    : "set it, or give a default: `${\(name):-value}`"
            )
            return .unknown
        }
        if !isQuoted, ["", "~", "null", "Null", "NULL"].contains(text) { return .null }
        return .text(text, isQuoted: isQuoted)
    }

    /// A place that can be shown: what is missed at the end of a text is missed behind its last line's last character.
    private static func place(line: Int, column: Int, in source: String) -> RouteFileNode.Place {
        let lines = SourceLines(source).lines
        guard line > lines.count else { return RouteFileNode.Place(line: max(1, line), column: max(1, column)) }
        return RouteFileNode.Place(line: max(1, lines.count), column: (lines.last?.unicodeScalars.count ?? 0) + 1)
    }

    private func report(_ error: any Error, in source: String) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            // Where a quote is never closed, the place to look at is where it was opened.
            let opened = problem.contains("unexpected end of stream") ? context?.mark : nil
            let mark = opened ?? mark
            let words = [context?.text ?? "", problem].joined(separator: " ").split(separator: " ")
            problems.error(
                words.contains("nesting")
                    ? "this is nested too deep" : "this is not YAML: " + words.joined(separator: " "),
                at: Self.place(line: mark.line, column: mark.column, in: source),
                hint: Self.hint(for: problem)
            )
        case YamlError.reader(let problem, let offset, _, let text):
            let before = text.utf8.prefix(offset ?? 0)
            let lines = SourceLines(String(decoding: Array(before), as: UTF8.self)).lines
            problems.error(
                "this is not YAML: \(problem)",
                at: RouteFileNode.Place(line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
            )
        default:
            problems.error("this is not YAML: \(error)", at: RouteFileNode.Place(line: 1, column: 1))
        }
    }

    private static func hint(for problem: String) -> String? {
        if problem.contains("cannot start any token") {
            return "indent with spaces, and quote texts that hold `@`, `%` or a tab"
        }
        if problem.contains("mapping values are not allowed") { return "quote a text that holds `: `" }
        if problem.contains("unexpected end of stream") { return "the quote or bracket that begins here is not closed" }
        if problem.contains("undefined alias") || problem.contains("did not find expected alphabetic") {
            return "a text that begins with `*` is quoted: \"*\""
        }
        if problem.contains("found another document") { return "a route file is one document: remove the `---`" }
        return nil
    }
}
