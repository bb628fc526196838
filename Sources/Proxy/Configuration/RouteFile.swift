/// The route file: text in, settings out, or everything that is wrong with it.
public struct RouteFile {
    /// Reads a route file.
    ///
    /// - Parameters:
    ///   - text: The file's content, YAML 1.2.
    ///   - file: The file's name in diagnostics.
    ///   - environment: What `${NAME}` is replaced by.
    ///   - dev: Lets cookie sessions be without a secret: their `secrets` are empty then, and there is a warning.
    public static func read(
        _ text: String,
        file: String,
        environment: [String: String],
        dev: Bool = false
    ) -> RouteFileResult {
        let problems = ProblemList(file: file, environment: environment)
        var parser = RouteFileParser(environment: environment, allowsMissingSecret: dev, problems: problems)
        var reader = SettingsReader(problems: problems, dev: dev)
        if let root = parser.parse(SourceLines.withoutByteOrderMark(text)) {
            reader.read(root)
        } else if !problems.hasErrors {
            problems.error(
                "the file says nothing",
                at: RouteFileNode.Place(line: 1, column: 1),
                hint: "`gateway init` writes one to begin with"
            )
        }
        return problems.hasErrors
            ? .problems(problems.sorted) : .settings(reader.settings, warnings: problems.sorted)
    }
}

/// What came of reading a route file.
public enum RouteFileResult: Sendable {
    /// The file can be used.
    case settings(Settings, warnings: [Diagnostic])
    /// It cannot: all errors and warnings, in the order of the file.
    case problems([Diagnostic])
}
