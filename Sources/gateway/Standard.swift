/// The standard streams.
enum Standard {
    /// Writes to standard output.
    static func output(_ text: String) { _ = FileText.writeAll(Array(text.utf8), to: 1) }

    /// Writes to standard error.
    static func error(_ text: String) { _ = FileText.writeAll(Array(text.utf8), to: 2) }
}
