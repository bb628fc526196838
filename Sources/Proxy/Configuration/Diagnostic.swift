/// One thing that is wrong, or doubtful, in a route file: where it is, what it is, and what was probably meant.
public struct Diagnostic: Sendable, Equatable {
    /// Whether the file can be used in spite of it.
    public enum Severity: Sendable { case error, warning }

    /// The file as it was named on the command line.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column, from 1, counted in Unicode scalars.
    public var column: Int
    /// What is wrong, in one sentence that begins in lower case and has no full stop.
    public var message: String
    /// What was probably meant, or what to do; may have several lines.
    public var hint: String?
    /// An error unless said otherwise.
    public var severity: Severity

    /// Describes a problem at a place of a file.
    public init(
        file: String,
        line: Int,
        column: Int,
        message: String,
        hint: String? = nil,
        severity: Severity = .error
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint
        self.severity = severity
    }

    /// The problem as a person reads it: `file:line:column: message`, the line of `source`, a caret, the hint.
    ///
    /// Secrets in the line are shown as asterisks.
    public func rendered(source: String) -> String {
        let label = severity == .warning ? "warning: " : ""
        var text = "\(file):\(line):\(column): \(label)\(message)\n"
        let lines = SourceLines(source).masked
        if lines.indices.contains(line - 1) {
            let number = "\(line)"
            let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number + " | "
            let (shown, before) = Self.window(Array(lines[line - 1].unicodeScalars), column: max(1, column))
            text += gutter + shown + "\n"
            text += "      | " + before + "^\n"
        }
        for line in (hint ?? "").split(separator: "\n") {
            text += "      = \(line)\n"
        }
        return text
    }

    /// What is shown of a line, a part if it is long, and the blanks that bring the caret under its column.
    private static func window(_ line: [Unicode.Scalar], column: Int) -> (shown: String, before: String) {
        let start = line.count > 160 ? max(0, min(column - 80, line.count - 150)) : 0
        let end = min(line.count, start + 160)
        var shown = String.UnicodeScalarView(line[start..<end])
        if start > 0 { shown.insert("…", at: shown.startIndex) }
        if end < line.count { shown.append("…") }
        // The caret stands under its column also where the line is indented with tabs.
        var before = line[start..<max(start, min(column - 1, end))].map { $0 == "\t" ? "\t" : " " }.joined()
        if start > 0 { before += " " }
        before += String(repeating: " ", count: max(0, column - 1 - line.count))
        return (String(shown), before)
    }
}
