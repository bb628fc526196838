internal import Sessions

extension SettingsReader {
    private static let sessionSettings = [
        "store", "name", "secret", "format", "block_keys", "idle_timeout", "lifetime", "renew_on", "subject", "expose",
        "max_chunks", "max_age",
        "same_site", "secure", "domain", "path", "partitioned", "forward_cookie", "csrf", "trusted_origins", "redis",
    ]

    /// Fields that the gateway writes or rewrites by itself: a second one would say two things.
    private static let neverExposed: Set = [
        "host", "cookie", "set-cookie", "via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
        "x-request-id", "date", "expect", "max-forwards",
    ]

    /// Reads `sessions`.
    mutating func readSessions(_ top: SectionReader) {
        guard let node = top.node("sessions"),
            let section = SectionReader(node, "`sessions`", names: nil, problems: problems)
        else { return }
        for pair in section.all {
            if pair.key == "null" || pair.key == "Null" {
                problems.error(
                    "`\(pair.key)` is the policy without sessions, and cannot be the name of one",
                    at: pair.place
                )
                continue
            }
            sessionNames.append(pair.key)
            readSession(pair)
        }
    }

    private mutating func readSession(_ pair: RouteFileNode.Pair) {
        let what = "the session `\(pair.key)`"
        guard let section = SectionReader(pair.value, what, names: Self.sessionSettings, problems: problems) else {
            return
        }
        refuseLater(section)
        var session = SessionSettings()
        session.name = section.text("name") ?? session.name
        session.format =
            section.choice("format", ["sealed": .sealed, "gorilla": SessionFormat.gorilla]) ?? session.format
        readSecrets(section, pair, into: &session)
        readBlockKeys(section, into: &session)
        session.idleTimeout = section.seconds("idle_timeout") ?? session.idleTimeout
        session.lifetime = section.seconds("lifetime") ?? session.lifetime
        // Who shortens the lifetime alone means the idle timeout too.
        // Gorilla knows none: visitors of the application that moves here are not to lose their sessions for a new rule.
        if !section.has("idle_timeout") {
            session.idleTimeout =
                session.format == .gorilla ? session.lifetime : min(session.idleTimeout, session.lifetime)
        }
        session.subject = section.text("subject")
        session.renewOn = section.texts("renew_on")?.map(\.text) ?? []
        readExpose(section, into: &session)
        session.maxChunks = section.number("max_chunks", in: 1...CookieSessions.mostChunks) ?? session.maxChunks
        session.maxAge = section.seconds("max_age")
        session.sameSite =
            section.choice("same_site", ["lax": .lax, "strict": .strict, "none": SameSite.none]) ?? session.sameSite
        session.secure =
            section.choice("secure", ["auto": .auto, "true": .always, "false": SecureMode.never]) ?? session.secure
        session.domain = section.text("domain")
        session.path = section.text("path") ?? session.path
        session.partitioned = section.bool("partitioned") ?? session.partitioned
        session.forwardCookie = section.bool("forward_cookie") ?? session.forwardCookie
        session.csrf = section.choice("csrf", ["origin": .origin, "off": CSRFMode.off]) ?? session.csrf
        session.trustedOrigins = section.texts("trusted_origins")?.map(\.text) ?? []
        for problem in SessionSettings.problems(in: session) {
            // What is wrong with the secrets was said in `readSecrets`, which knows where they stand.
            if problem.setting == "secret" { continue }
            // Without a secret, which was said, their number says nothing.
            if problem.setting == "block_keys", session.secrets.isEmpty { continue }
            let place = section.has(problem.setting) ? section.place(of: problem.setting) : pair.place
            problems.error("`\(problem.setting)`: \(problem.message)", at: place)
        }
        warnOfLargeCookies(session, section)
        refuseSharedNames(session, section, pair)
        settings.sessions.append(NamedSession(name: pair.key, settings: session))
    }

    /// Settings that are part of the design, but of a later version.
    private func refuseLater(_ section: SectionReader) {
        func refuse(_ name: String, _ what: String, _ hint: String) {
            problems.error("\(what) is not supported by this version", at: section.place(of: name), hint: hint)
        }
        if section.choice("store", ["cookie": true, "memory": false, "redis": false]) == false {
            refuse(
                "store",
                "a store other than `cookie`",
                "leave `store` out: sessions are kept in the browser's cookie"
            )
        }
        if section.has("redis") {
            refuse("redis", "`redis`", "leave it out: sessions are kept in the browser's cookie")
        }
    }

    /// Reads `secret`, one or a list.
    ///
    /// Messages point at the key and tell lengths, never a value.
    private func readSecrets(
        _ section: SectionReader,
        _ pair: RouteFileNode.Pair,
        into session: inout SessionSettings
    ) {
        let how = "make one with `gateway secret`, and give it by the environment: `secret: ${SESSION_SECRET}`"
        let given = section.all.first { $0.key == "secret" }
        var nodes: [RouteFileNode] = []
        switch given?.value.kind {
        case .unknown?: return
        case .list(let items)?: nodes = items
        case .text?: nodes = given.map { [$0.value] } ?? []
        case .mapping?:
            problems.error("`secret` is a text or a list of texts", at: section.place(of: "secret"), hint: how)
            return
        case .null?, nil: break
        }
        let place = given?.place ?? pair.place
        // An item that is null came from a variable that may be unset with `--dev`, or was left empty.
        let empty = nodes.contains { $0.isNull }
        let texts = nodes.compactMap { if case .text(let text, _) = $0.kind { text } else { nil } }
        let isList = nodes.contains { if case .text = $0.kind { false } else { !$0.isNull && !$0.isUnknown } }
        if isList {
            problems.error("`secret` is a text or a list of texts", at: place, hint: how)
            return
        }
        if texts.isEmpty {
            if given == nil, section.seemsToHave("secret") { return }
            if nodes.contains(where: \.isUnknown) { return }
            if dev {
                problems.warning(
                    "the session `\(pair.key)` has no secret: a random one is used, sessions end when the gateway does",
                    at: place
                )
            } else {
                problems.error("the session `\(pair.key)` has no secret", at: place, hint: how)
            }
            return
        }
        if empty, !dev { problems.error("`secret` has an empty item", at: place, hint: how) }
        // Only gorilla's keys may be bytes that are no text: a sealed session's secret means the same in every version.
        let secrets = texts.map { session.format == .gorilla ? Secret.bytes(of: $0) : Array($0.utf8) }
        if secrets.contains(nil) {
            problems.error("`secret` is not in hexadecimal or base64, as it says", at: place)
            return
        }
        for (index, secret) in secrets.compactMap({ $0 }).enumerated() where secret.count < Secret.shortest {
            if session.isTooShort(secret, at: index) {
                problems.error("a secret of \(secret.count) bytes is too short: 32 are the least", at: place, hint: how)
            } else {
                problems.warning(
                    "a secret of \(secret.count) bytes can be guessed, and with it sessions be made: take it out soon",
                    at: place
                )
            }
        }
        if Set(texts).count < texts.count { problems.warning("`secret` has the same secret twice", at: place) }
        if texts.contains(Settings.exampleSecret) {
            problems.warning(
                "the secret is the one of gateway.conf.example, which everybody knows",
                at: place,
                hint: how
            )
        }
        session.secrets = secrets.compactMap { $0 }
    }

    /// Reads `block_keys`, one or a list; like secrets, they are not shown.
    private func readBlockKeys(_ section: SectionReader, into session: inout SessionSettings) {
        guard let given = section.all.first(where: { $0.key == "block_keys" }) else { return }
        let nodes = if case .list(let items) = given.value.kind { items } else { [given.value] }
        for node in nodes {
            switch node.kind {
            case .text(let text, _):
                if let bytes = Secret.bytes(of: text) {
                    session.blockKeys.append(bytes)
                } else {
                    problems.error("a block key is not in hexadecimal or base64, as it says", at: given.place)
                }
            case .null where dev, .unknown: break
            default: problems.error("`block_keys` is a text or a list of texts", at: given.place)
            }
        }
    }

    private func readExpose(_ section: SectionReader, into session: inout SessionSettings) {
        guard let node = section.node("expose"),
            let exposed = SectionReader(node, "`expose`", names: nil, problems: problems)
        else { return }
        for pair in exposed.all {
            if let objection = FieldText.objection(to: pair.key) {
                problems.error(objection, at: pair.place)
            } else if Self.neverExposed.contains(FieldText.folded(pair.key)) {
                problems.error(
                    "`\(pair.key)` means something else to services, and cannot carry a session's value",
                    at: pair.place
                )
            } else if session.expose.contains(where: { FieldText.folded($0.header) == FieldText.folded(pair.key) }) {
                problems.error("`\(pair.key)` is set twice under `expose`", at: pair.place)
            } else if let key = exposed.text(pair.key) {
                session.expose.append(ExposedValue(header: pair.key, key: key))
            } else if pair.value.isNull {
                problems.error("`\(pair.key)` needs the name of a session's value", at: pair.place)
            }
        }
    }

    /// What a browser then sends must be taken too.
    private func warnOfLargeCookies(_ session: SessionSettings, _ section: SectionReader) {
        let largest = session.maxChunks * CookieSessions.largestCookie
        guard session.maxChunks > 1, largest + 8192 > settings.limits.fields else { return }
        problems.warning(
            "`max_chunks: \(session.maxChunks)` makes cookies of up to \(largest) bytes, and `limits.fields` takes "
                + "\(settings.limits.fields) bytes of fields in all",
            at: section.place(of: "max_chunks"),
            hint: "set `limits: { fields: \(Quantity.text(bytes: UInt64(largest + 16384))) }`"
        )
    }

    /// Two sessions, or a session and another's flash, under one cookie name would overwrite each other.
    private func refuseSharedNames(_ session: SessionSettings, _ section: SectionReader, _ pair: RouteFileNode.Pair) {
        for other in settings.sessions {
            let names = [other.settings.name, other.settings.flashName]
            guard names.contains(session.name) || names.contains(session.flashName) else { continue }
            problems.error(
                "the cookie `\(session.name)` belongs to the session `\(other.name)` already",
                at: section.has("name") ? section.place(of: "name") : pair.place,
                hint: "give each session a `name` of its own"
            )
            return
        }
    }
}
