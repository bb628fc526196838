internal import ArgumentParser
internal import Proxy

/// `gateway session revoke`.
struct SessionRevokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Ends a session, or all of somebody's, in the running gateway.",
        discussion: """
            It reaches the gateway by the socket under `control` in the route file, as the user who runs it. With
            `deny_list: redis` other gateways hear of it, and it outlasts restarts; with `deny_list: memory` a restart forgets
            what was revoked, and other gateways have to be told too.
            Exit codes: 0 done, 65 the gateway refuses, 69 no gateway answers, 78 the route file has no `control`.
            """
    )

    @Option(help: "The session's id, as services see it in X-Session-Id.")
    var id: String?

    @Option(help: "Whose sessions: the value under the session's `subject`.")
    var subject: String?

    @Option(help: "The session's name in the route file; may be left out where there is one.")
    var session: String?

    @Option(name: .shortAndLong, help: "The route file.")
    var config = ConfigurationFile.defaultPath

    func validate() throws {
        if (id == nil) == (subject == nil) { throw ValidationError("give either --id or --subject") }
    }

    func run() throws {
        // No secret is needed to ask.
        let settings = try ConfigurationFile(config).settings(dev: true)
        guard let control = settings.control else {
            let hint = "add `control: unix:/run/gateway-control.sock` and restart the gateway"
            Standard.error("gateway: \(config): there is no `control` to reach the gateway by; \(hint)\n")
            throw ExitCode.configuration
        }
        let name = try sessionName(settings)
        do throws(ControlClient.Failure) {
            if let id {
                try ControlClient.ask(.revokeID(id, session: name), at: control)
                Standard.output("revoked: the session \(id) of `\(name)`\n")
            } else if let subject {
                try ControlClient.ask(.revokeSubject(subject, session: name), at: control)
                Standard.output("revoked: every session of `\(name)` whose subject is \(subject)\n")
            }
        } catch {
            if case .noGateway = error {
                Standard.error("gateway: \(error); is the gateway running, and by you?\n")
                throw ExitCode.unavailable
            }
            Standard.error("gateway: \(error)\n")
            throw ExitCode.dataError
        }
    }

    private func sessionName(_ settings: Settings) throws -> String {
        let names = settings.sessions.map(\.name)
        if let session {
            guard names.contains(session) else {
                throw ValidationError("\(config) has no session `\(session)`, but: \(names.joined(separator: ", "))")
            }
            return session
        }
        guard names.count == 1 else {
            throw ValidationError("say which --session of \(config): \(names.joined(separator: ", "))")
        }
        return names[0]
    }
}
