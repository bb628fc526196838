internal import ArgumentParser
internal import Proxy

/// `gateway run`.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Serves until SIGTERM or SIGINT, then lets what is under way finish.",
        discussion: """
            SIGHUP: reads the route file and the files with secrets again, and cuts nothing off; with errors in them, all \
            stays as it was.
            SIGUSR1: writes what was counted so far to standard error, as one line of JSON.
            """
    )

    @Option(name: .shortAndLong, help: "The route file.")
    var config = ConfigurationFile.defaultPath

    @Flag(help: "For development: cookie sessions without a secret get a random one, and end with the gateway.")
    var dev = false

    func run() throws {
        let logger = OperationalLog.make()
        var source = SettingsSource(path: config, dev: dev, logger: logger)
        let settings = try source.read()
        throw ExitCode(Server.run(settings: settings, logger: logger) { source.readAgain() })
    }
}
