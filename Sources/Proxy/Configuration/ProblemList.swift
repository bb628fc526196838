/// What was found wrong in a route file so far; every reader of a part adds to the one list.
final class ProblemList {
    /// The file's name in diagnostics.
    let file: String
    private(set) var diagnostics: [Diagnostic] = []

    init(file: String) { self.file = file }

    /// Whether the file cannot be used.
    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// Adds an error.
    func error(_ message: String, at place: RouteFileNode.Place, hint: String? = nil) {
        add(message, place, hint, .error)
    }

    /// Adds a warning.
    func warning(_ message: String, at place: RouteFileNode.Place, hint: String? = nil) {
        add(message, place, hint, .warning)
    }

    /// All of them in the order of the file.
    var sorted: [Diagnostic] {
        diagnostics.enumerated()
            .sorted {
                ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
            }
            .map(\.element)
    }

    private func add(_ message: String, _ place: RouteFileNode.Place, _ hint: String?, _ severity: Diagnostic.Severity)
    {
        let diagnostic = Diagnostic(
            file: file,
            line: place.line,
            column: place.column,
            message: SourceLines.withoutPasswords(message),
            hint: hint,
            severity: severity
        )
        if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
    }
}
