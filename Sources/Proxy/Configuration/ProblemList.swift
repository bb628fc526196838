/// What was found wrong in a route file so far; every reader of a part adds to the one list.
final class ProblemList {
    /// The file's name in diagnostics.
    let file: String
    private(set) var diagnostics: [Diagnostic] = []
    /// The variables whose names say that their values are secret, the longest value first: one may hold another.
    ///
    /// A message may quote a value that such a variable was put into, where a secret has no place.
    private let secrets: [(name: String, value: String)]

    /// - Parameter environment: What `${NAME}` is replaced by; the values of secret variables are kept out of messages.
    init(file: String, environment: [String: String] = [:]) {
        self.file = file
        secrets =
            environment
            .filter { $0.value.utf8.count >= Self.shortestSecret && SourceLines.namesSecret($0.key.lowercased()) }
            .map { ($0.key, $0.value) }
            .sorted { ($0.value.utf8.count, $0.name) > ($1.value.utf8.count, $1.name) }
    }

    /// A shorter value, in bytes, hides more of a message than it tells.
    private static let shortestSecret = 4

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
            message: SourceLines.withoutPasswords(withoutSecrets(message)),
            hint: hint.map(withoutSecrets),
            severity: severity
        )
        if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
    }

    /// The text with the name of a secret variable in the place of its value.
    private func withoutSecrets(_ text: String) -> String {
        var text = text
        for secret in secrets {
            var bytes = Array(text.utf8)
            let value = Array(secret.value.utf8)
            // By bytes: a combining mark behind a value makes it another one for `String`.
            var index = 0
            var found = false
            while index + value.count <= bytes.count {
                if bytes[index..<(index + value.count)].elementsEqual(value) {
                    let name = Array("${\(secret.name)}".utf8)
                    bytes.replaceSubrange(index..<(index + value.count), with: name)
                    index += name.count
                    found = true
                } else {
                    index += 1
                }
            }
            if found { text = String(decoding: bytes, as: UTF8.self) }
        }
        return text
    }
}
