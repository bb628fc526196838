internal import ArgumentParser
internal import LinuxIO
internal import Logging
internal import Proxy
internal import Sessions

/// The route file of a gateway that runs: read when it starts, and again on SIGHUP.
struct SettingsSource {
    private let path: String
    private let dev: Bool
    private let logger: Logger
    /// What `--dev` made up, by the sessions' names: a reload signs nobody out.
    private var invented: [String: [UInt8]] = [:]

    init(path: String, dev: Bool, logger: Logger) {
        self.path = path
        self.dev = dev
        self.logger = logger
    }

    /// The settings; prints what is wrong with them, and throws the code to leave with.
    mutating func read() throws(ExitCode) -> Settings {
        var settings = try ConfigurationFile(path).settings(dev: dev)
        if settings.usesExampleSecret, !dev {
            Standard.error(
                "gateway: \(path): the secret of gateway.conf.example is no secret; export SESSION_SECRET\n"
            )
            throw .configuration
        }
        inventMissingSecrets(&settings)
        return settings
    }

    /// The settings as the file says them now; nil, with what is wrong printed, when it cannot be used.
    mutating func readAgain() -> Settings? {
        if path == "-" {
            Standard.error("gateway: the route file came from standard input, which cannot be read again\n")
            return nil
        }
        do throws(ExitCode) { return try read() } catch { return nil }
    }

    /// Gives sessions without a secret a random one, which only `--dev` lets come this far.
    private mutating func inventMissingSecrets(_ settings: inout Settings) {
        var random = SystemRandom()
        for index in settings.sessions.indices where settings.sessions[index].settings.secrets.isEmpty {
            let name = settings.sessions[index].name
            let isNew = invented[name] == nil
            let secret = invented[name] ?? [UInt8](Secret.generate(random: &random).utf8)
            invented[name] = secret
            settings.sessions[index].settings.secrets = [secret]
            if isNew {
                logger.warning(
                    "no secret: a random one is used, and sessions are not kept across restarts",
                    metadata: ["session": "\(name)"]
                )
            }
        }
    }
}
