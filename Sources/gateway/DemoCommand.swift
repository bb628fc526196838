internal import ArgumentParser

/// `gateway demo`.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Runs a small web app and API behind a gateway, for a first look."
    )

    @Option(help: "The port to listen at on 127.0.0.1.")
    var port = 8080

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("a port is a number from 0 to 65535") }
    }

    func run() throws {
        throw ExitCode(Demo.run(port: port, logger: OperationalLog.make()))
    }
}
