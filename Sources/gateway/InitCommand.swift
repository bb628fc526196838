internal import ArgumentParser
internal import Glibc

/// `gateway init`.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Writes gateway.conf, a commented file to begin with.",
        discussion: "A file that is there already is left alone, unless --force is given."
    )

    @Flag(help: "For APIs: every route has the Null policy, and no secret is needed.")
    var api = false

    @Flag(help: "Replace the file if there is one.")
    var force = false

    func run() throws {
        let path = ConfigurationFile.defaultPath
        if let failure = FileText.write(api ? StarterFile.api : StarterFile.web, to: path, replacing: force) {
            let hint = failure.errno == EEXIST ? "; `gateway init --force` replaces it" : ""
            Standard.error("gateway: \(path): \(failure.description)\(hint)\n")
            throw ExitCode.cannotCreate
        }
        Standard.output("wrote \(path)\n")
        if api {
            Standard.output("next: put your server under `upstreams`, then `gateway run`\n")
        } else {
            Standard.output(
                """
                next: put your server under `upstreams`, then
                  gateway run --dev                             to try it, with a secret that lasts as long as it runs
                  export SESSION_SECRET=$(gateway secret)       and then `gateway run`, to keep it\n
                """
            )
        }
    }
}
