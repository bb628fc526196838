internal import ArgumentParser

/// The command line: one file a command.
@main
struct Gateway: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "An API gateway that keeps sessions for the services behind it.",
        discussion: """
            Begin with `gateway demo` for a first look, or with `gateway init`, which writes a commented gateway.conf.
            Exit codes: 64 wrong usage, 66 no such file, 69 cannot bind, 78 wrong configuration.
            """,
        version: "gateway 0.1.0",
        subcommands: [
            RunCommand.self, CheckCommand.self, ExplainCommand.self, InitCommand.self, SecretCommand.self,
            SessionCommand.self, DemoCommand.self,
        ]
    )
}
