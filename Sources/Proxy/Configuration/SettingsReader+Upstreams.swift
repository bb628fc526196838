internal import Glibc
internal import Upstream

extension SettingsReader {
    private static let upstreamSettings = ["servers", "timeouts", "keep_alive", "tls"]

    /// Reads `upstreams`.
    mutating func readUpstreams(_ top: SectionReader) {
        guard let node = top.node("upstreams"),
            let section = SectionReader(node, "`upstreams`", names: nil, problems: problems)
        else { return }
        for pair in section.all {
            upstreamNames.append(pair.key)
            readUpstream(pair)
        }
    }

    private mutating func readUpstream(_ pair: RouteFileNode.Pair) {
        let what = "the upstream `\(pair.key)`"
        // Whatever is wrong with it, its place in the list is kept, so that routes' indices stay right.
        var upstream = UpstreamSettings(name: pair.key, servers: [])
        defer { settings.upstreams.append(upstream) }
        guard let section = SectionReader(pair.value, what, names: Self.upstreamSettings, problems: problems) else {
            return
        }
        let servers = section.texts("servers")
        for (text, place) in servers ?? [] {
            do {
                let server = try ServerAddress(parsing: text)
                if upstream.servers.contains(server) {
                    problems.error("`\(text)` stands twice in \(what)", at: place)
                } else {
                    upstream.servers.append(server)
                }
            } catch {
                problems.error(
                    "\(error)",
                    at: place,
                    hint: "a server is `http://127.0.0.1:3000`, `https://…` or `unix:/run/app.sock`"
                )
            }
        }
        if !section.seemsToHave("servers") || servers?.isEmpty == true || section.isEmpty("servers") {
            let place = section.has("servers") ? section.place(of: "servers") : pair.place
            problems.error("\(what) has no servers", at: place, hint: "servers: [\"http://127.0.0.1:3000\"]")
        }
        if let node = section.node("timeouts"),
            let timeouts = SectionReader(
                node,
                "`timeouts` of \(what)",
                names: ["connect", "first_byte", "idle"],
                problems: problems
            )
        {
            upstream.connectTimeout = timeouts.duration("connect") ?? upstream.connectTimeout
            upstream.firstByteTimeout = timeouts.duration("first_byte") ?? upstream.firstByteTimeout
            upstream.idleTimeout = timeouts.duration("idle") ?? upstream.idleTimeout
        }
        if let node = section.node("keep_alive"),
            let keepAlive = SectionReader(
                node,
                "`keep_alive` of \(what)",
                names: ["connections", "idle"],
                problems: problems
            )
        {
            upstream.keepAliveConnections =
                keepAlive.number("connections", in: 0...65536) ?? upstream.keepAliveConnections
            upstream.keepAliveIdle = keepAlive.duration("idle") ?? upstream.keepAliveIdle
        }
        if let node = section.node("tls"),
            let tls = SectionReader(node, "`tls` of \(what)", names: ["ca"], problems: problems)
        {
            upstream.caFile = readCA(tls)
            let isSecure = upstream.servers.contains { $0.scheme == .https }
            if upstream.caFile != nil, !upstream.servers.isEmpty, !isSecure {
                problems.error("`tls` is for `https://` servers", at: section.place(of: "tls"))
            }
        }
    }

    /// The path of a file of certificates, which must be there now: later every connection would fail.
    func readCA(_ tls: SectionReader) -> String? {
        guard let path = tls.text("ca") else { return nil }
        if access(path, R_OK) != 0 {
            let why = String(cString: strerror(errno)).lowercased()
            problems.error("`ca`: `\(path)` cannot be read: \(why)", at: tls.place(of: "ca"))
        }
        return path
    }
}
