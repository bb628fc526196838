internal import ArgumentParser
internal import Proxy

/// `gateway run`.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Serves until SIGTERM or SIGINT; SIGHUP reads the route file again."
    )

    @Option(name: .shortAndLong, help: "The route file.")
    var config = ConfigurationFile.defaultPath

    @Flag(help: "For development: cookie sessions without a secret get a random one, and end with the gateway.")
    var dev = false

    func run() throws {
        let settings = try ConfigurationFile(config).settings(dev: dev)
        if settings.usesExampleSecret, !dev {
            Standard.error(
                "gateway: \(config): the secret of gateway.conf.example is no secret; export SESSION_SECRET\n"
            )
            throw ExitCode.configuration
        }
        Standard.error("gateway: this build has no server\n")
        throw ExitCode.software
    }
}
