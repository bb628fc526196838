internal import ArgumentParser
internal import LinuxIO
internal import Logging
internal import Proxy
internal import Sessions

/// `gateway run`.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Serves until SIGTERM or SIGINT, then lets what is under way finish."
    )

    @Option(name: .shortAndLong, help: "The route file.")
    var config = ConfigurationFile.defaultPath

    @Flag(help: "For development: cookie sessions without a secret get a random one, and end with the gateway.")
    var dev = false

    func run() throws {
        var settings = try ConfigurationFile(config).settings(dev: dev)
        if settings.usesExampleSecret, !dev {
            Standard.error(
                "gateway: \(config): the secret of gateway.conf.example is no secret; export SESSION_SECRET\n"
            )
            throw ExitCode.configuration
        }
        let logger = OperationalLog.make()
        settings.inventMissingSecrets(logger)
        throw ExitCode(Server.run(settings: settings, logger: logger))
    }
}

extension Settings {
    /// Gives sessions without a secret a random one, which only `--dev` lets come this far.
    fileprivate mutating func inventMissingSecrets(_ logger: Logger) {
        var random = SystemRandom()
        for index in sessions.indices where sessions[index].settings.secrets.isEmpty {
            sessions[index].settings.secrets = [[UInt8](Secret.generate(random: &random).utf8)]
            logger.warning(
                "no secret: a random one is used, and sessions are not kept across restarts",
                metadata: ["session": "\(sessions[index].name)"]
            )
        }
    }
}
