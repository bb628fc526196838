internal import ArgumentParser
internal import Glibc
internal import Proxy
internal import Sessions

/// `gateway session open`.
struct SessionOpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Prints what is in a session's cookie, and why it would be refused.",
        discussion: """
            COOKIE is a whole Cookie or Set-Cookie line, name=value, or a value alone; - reads it from standard input, \
            which keeps it out of the shell's history and the list of processes.
            The secret is the route file's. --secret-file names another; without a route file it is SESSION_SECRET.
            Exits with 0 if every session's cookie among them would be taken, with 1 if one would be refused or there is \
            none, with 64, 66 or 78 if it cannot tell; with 69 for a token, whose values are in a server store.
            """
    )

    @Argument(help: "The cookie; - is standard input.")
    var cookie: String

    @Option(name: .shortAndLong, help: "The route file; default: gateway.conf, if there is one.")
    var config: String?

    @Option(help: "The session's name under `sessions`; default: whichever has a cookie of that name.")
    var session: String?

    @Option(help: "A file with the secret, one a line, in place of the route file's.")
    var secretFile: String?

    @Option(help: "Without a route file: sealed or gorilla.")
    var format = "sealed"

    func validate() throws {
        guard ["sealed", "gorilla"].contains(format) else {
            throw ValidationError("--format is sealed or gorilla, not '\(format)'")
        }
    }

    func run() throws {
        let text = try cookieText()
        let sessions = try configuredSessions(for: text)
        let found = cookies(in: text, among: sessions)
        let now = Int64(time(nil))
        var allOpen = !found.isEmpty
        var hasToken = false
        for (index, (name, value, session)) in found.enumerated() {
            let opener = CookieSessions(session.settings)
            var inspection = opener.inspect(name: name, value: value, now: now)
            // A value without a name may be either of the two.
            if text.isNameless, inspection.refusal != nil {
                let other = opener.inspect(name: opener.flashName, value: value, now: now)
                if other.refusal == nil || other.birth != nil { inspection = other }
            }
            let size = name.utf8.count + value.utf8.count
            let report = CookieReport(inspection, session: session, size: size, now: now)
            Standard.output((index == 0 ? "" : "\n") + report.text)
            if inspection.isToken { hasToken = true }
            if inspection.refusal != nil {
                allOpen = false
                if let owner = sessions.first(where: { opens(value, $0, now) }), owner.name != session.name {
                    Standard.output("but it opens as a cookie of the session `\(owner.name)`\n")
                }
            }
        }
        if !allOpen { throw ExitCode(1) }
        if hasToken { throw ExitCode.unavailable }
    }

    private func opens(_ value: String, _ session: NamedSession, _ now: Int64) -> Bool {
        let opener = CookieSessions(session.settings)
        return [session.settings.name, opener.flashName].contains { name in
            let inspection = opener.inspect(name: name, value: value, now: now)
            return inspection.refusal == nil && !inspection.isToken
        }
    }
}

// What it is given.
extension SessionOpenCommand {
    private func cookieText() throws(ExitCode) -> CookieText {
        guard cookie == "-" else { return CookieText(cookie) }
        switch FileText.read("-") {
        case .success(let line): return CookieText(line)
        case .failure(let error):
            Standard.error("gateway: standard input: \(error.description)\n")
            throw .noInput
        }
    }

    /// The cookies that belong to a session, each with it.
    private func cookies(
        in text: CookieText,
        among sessions: [NamedSession]
    ) -> [(name: String, value: String, session: NamedSession)] {
        var found: [(name: String, value: String, session: NamedSession)] = []
        for pair in text.pairs {
            guard let name = pair.name else {
                found += sessions.prefix(1).map { ($0.settings.name, pair.value, $0) }
                continue
            }
            let owner = sessions.first { [$0.settings.name, $0.settings.flashName].contains(name) }
            // One cookie alone is meant, whatever its name.
            if let owner = owner ?? (text.pairs.count == 1 ? sessions.first : nil) {
                found.append((name, pair.value, owner))
            }
        }
        if found.isEmpty {
            let names = sessions.map { "`\($0.settings.name)`" }.joined(separator: ", ")
            Standard.output("there is no cookie of a session here; sessions have \(names)\n")
        }
        return found
    }

    /// The sessions of the route file, or one of defaults; each has a secret.
    private func configuredSessions(for text: CookieText) throws(ExitCode) -> [NamedSession] {
        let given = try givenSecrets()
        var sessions: [NamedSession] = []
        if let config {
            sessions = try ConfigurationFile(config).settings(dev: given != nil).sessions
        } else if access(ConfigurationFile.defaultPath, F_OK) == 0 {
            sessions = try ConfigurationFile(ConfigurationFile.defaultPath).settings(dev: given != nil).sessions
        } else {
            sessions = [NamedSession(name: "browser", settings: try defaultSettings(given, text))]
        }
        if let session {
            sessions = sessions.filter { $0.name == session }
            if sessions.isEmpty {
                Standard.error("gateway: the route file has no session `\(session)`\n")
                throw .usage
            }
        }
        if sessions.isEmpty {
            Standard.error("gateway: the route file has no `sessions`\n")
            throw .configuration
        }
        if let given {
            for index in sessions.indices {
                sessions[index].settings.secrets = given.map { bytes($0, sessions[index]) }
            }
        }
        return sessions
    }

    private func bytes(_ secret: String, _ session: NamedSession) -> [UInt8] {
        session.settings.format == .gorilla ? Secret.bytes(of: secret) ?? Array(secret.utf8) : Array(secret.utf8)
    }

    /// What `--secret-file` holds; nil without one.
    private func givenSecrets() throws(ExitCode) -> [String]? {
        guard let secretFile else { return nil }
        do throws(SecretFiles.Failure) {
            return try SecretFiles.onDisk(beside: "").content(of: secretFile).lines
        } catch {
            Standard.error("gateway: \(secretFile) \(error.message)\n")
            throw .noInput
        }
    }

    private func defaultSettings(_ given: [String]?, _ text: CookieText) throws(ExitCode) -> SessionSettings {
        var settings = SessionSettings()
        settings.format = format == "gorilla" ? .gorilla : .sealed
        if settings.format == .gorilla { settings.idleTimeout = settings.lifetime }
        settings.name = text.likelyName ?? settings.name
        guard given == nil else { return settings }
        guard let secret = Environment.all["SESSION_SECRET"], !secret.isEmpty else {
            Standard.error("gateway: there is no route file; give the secret by --secret-file or SESSION_SECRET\n")
            throw .usage
        }
        settings.secrets = [bytes(secret, NamedSession(name: "", settings: settings))]
        return settings
    }
}
