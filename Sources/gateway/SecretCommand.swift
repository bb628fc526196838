internal import ArgumentParser
internal import LinuxIO
internal import Sessions

/// `gateway secret`.
struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Prints a new secret.",
        discussion: "Keep it out of the route file: export SESSION_SECRET=$(gateway secret)"
    )

    func run() throws {
        var random = SystemRandom()
        Standard.output(Secret.generate(random: &random) + "\n")
    }
}
