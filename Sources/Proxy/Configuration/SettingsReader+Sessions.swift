internal import Sessions

extension SettingsReader {
    private static let sessionSettings = [
        "store", "spill", "name", "secret", "format", "block_keys", "idle_timeout", "lifetime", "renew_on", "subject",
        "expose",
        "max_chunks", "max_age",
        "same_site", "secure", "domain", "path", "partitioned", "forward_cookie", "csrf", "trusted_origins", "sign",
        "memory",
        "redis", "deny_list",
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
        var session = SessionSettings()
        readStore(section, into: &session)
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
        readHandOver(section, into: &session)
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
        for problem in session.problems {
            // What is wrong with the secrets was said in `readSecrets`, which knows where they stand.
            if problem.setting == "secret" { continue }
            // Without a secret, which was said, their number says nothing.
            if problem.setting == "block_keys", session.secrets.isEmpty { continue }
            let place = section.has(problem.setting) ? section.place(of: problem.setting) : pair.place
            problems.error("`\(problem.setting)`: \(problem.message)", at: place)
        }
        warnOfLargeCookies(session, section)
        refuseSharedNames(session, section, pair)
        let denyList = readDenyList(section, session)
        let redis = readRedis(section, session, denyList)
        settings.sessions.append(
            NamedSession(name: pair.key, settings: session, redis: redis, denyList: denyList)
        )
    }

    /// Reads `store`, and the settings of the store it names.
    private func readStore(_ section: SectionReader, into session: inout SessionSettings) {
        session.store =
            section.choice("store", ["cookie": .cookie, "memory": .memory, "redis": .redis]) ?? session.store
        session.spill = section.choice("spill", ["memory": .memory, "redis": StoreKind.redis])
        guard let node = section.node("memory") else { return }
        if session.store != .memory, session.spill != .memory {
            problems.error(
                "`memory` is for `store: memory`, or `spill: memory`",
                at: section.place(of: "memory"),
                hint: "write one of them"
            )
        }
        guard let memory = SectionReader(node, "`memory`", names: ["size"], problems: problems) else { return }
        session.memorySize =
            memory.size("size", in: MemoryStore.smallestSize...(1 << 42)) ?? session.memorySize
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
