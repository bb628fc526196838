internal import ArgumentParser
internal import Proxy

/// `gateway check`.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads a route file as `run` would, and prints every error in it.",
        discussion: "Exits with 0 if the file can be used, else with 78."
    )

    @Argument(help: "The route file; - is standard input.")
    var file = ConfigurationFile.defaultPath

    @Flag(help: "Check it for `gateway run --dev`, which does without secrets.")
    var dev = false

    func run() throws {
        let settings = try ConfigurationFile(file).settings(dev: dev)
        func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
        let parts = [
            count(settings.routes.count, "route"), count(settings.upstreams.count, "upstream"),
            count(settings.sessions.count, "session"),
        ]
        Standard.output("\(file): ok, \(parts.joined(separator: ", "))\n")
    }
}
