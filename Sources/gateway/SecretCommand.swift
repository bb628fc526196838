internal import ArgumentParser
internal import Sessions

/// `gateway secret`.
struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Prints a new secret.",
        discussion: "Keep it out of the route file: export SESSION_SECRET=$(gateway secret)"
    )

    func run() throws {
        var random = SystemRandomNumberGenerator()
        Standard.output(Secret.generate(random: &random) + "\n")
    }
}
