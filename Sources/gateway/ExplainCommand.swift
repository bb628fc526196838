internal import ArgumentParser
internal import Proxy

/// `gateway explain`.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tells which route takes a request and why, and what becomes of the request.",
        discussion: "For example: gateway explain POST https://example.com/cart --header 'Origin: https://example.com'"
    )

    @Argument(help: "The method, in capitals.")
    var method: String

    @Argument(help: "A URL, or a path.")
    var url: String

    @Option(
        name: [.customShort("H"), .long],
        parsing: .singleValue,
        help: "A header field, 'Name: value'; may be repeated."
    )
    var header: [String] = []

    @Option(name: .shortAndLong, help: "The route file.")
    var config = ConfigurationFile.defaultPath

    func validate() throws {
        for line in header where !line.contains(":") || line.contains("\n") || line.contains("\r") {
            throw ValidationError("a header field is written 'Name: value', not '\(line)'")
        }
    }

    func run() throws {
        // A secret changes nothing of what is explained, so that none is needed.
        let settings = try ConfigurationFile(config).settings(dev: true)
        let request = ExplainedRequest(method: method, url: url, headers: header, limits: settings.limits.head)
        Standard.output(Explanation(request, settings: settings, file: config).text)
    }
}
