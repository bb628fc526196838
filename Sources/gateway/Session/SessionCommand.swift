internal import ArgumentParser

/// `gateway session`: looks into sessions and ends them; one file a subcommand.
struct SessionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session",
        abstract: "Looks into a session's cookie, and ends sessions.",
        subcommands: [SessionOpenCommand.self, SessionRevokeCommand.self]
    )
}
