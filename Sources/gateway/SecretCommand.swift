internal import ArgumentParser
internal import LinuxIO
internal import Sessions

/// `gateway secret`.
struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Prints a new secret, or a key to sign with.",
        discussion: """
            Keep it out of the route file: export SESSION_SECRET=$(gateway secret)
            A pair for `sign: { algorithm: EdDSA }`: gateway secret --ed25519 > sign.jwk, which is for the gateway alone, \
            and gateway secret --public < sign.jwk, which is for the services.
            """
    )

    @Flag(help: "A private key for `sign`, as a JWK.")
    var ed25519 = false

    @Flag(help: "The public key, as a JWK, of the private key on standard input (JWK, PEM or base64).")
    var `public` = false

    func validate() throws {
        if ed25519, `public` { throw ValidationError("--public reads the private key that --ed25519 printed") }
    }

    func run() throws {
        var random = SystemRandom()
        if `public` {
            guard case .success(let text) = FileText.read("-"), let key = HandOverKey(text: Self.trimmed(text)) else {
                Standard.error("gateway: standard input: no Ed25519 private key\n")
                throw ExitCode.noInput
            }
            Standard.output(key.publicJWK + "\n")
        } else {
            Standard.output(
                (ed25519 ? HandOverKey(random: &random).privateJWK : Secret.generate(random: &random)) + "\n"
            )
        }
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
