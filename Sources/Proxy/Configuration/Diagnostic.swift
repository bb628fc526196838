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
            let shown = Array(lines[line - 1].unicodeScalars)
            let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number + " | "
            // The caret stands under its column also where the line is indented with tabs.
            let before = shown.prefix(max(0, column - 1)).map { $0 == "\t" ? "\t" : " " }.joined()
            let missing = String(repeating: " ", count: max(0, column - 1 - shown.count))
            text += gutter + lines[line - 1] + "\n"
            text += "      | " + before + missing + "^\n"
        }
        for line in (hint ?? "").split(separator: "\n") {
            text += "      = \(line)\n"
        }
        return text
    }
}
