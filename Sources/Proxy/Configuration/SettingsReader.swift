internal import LinuxIO
internal import Upstream

/// Turns the nodes of a route file into settings.
///
/// Its extensions read sessions, upstreams and routes.
struct SettingsReader {
    let problems: ProblemList
    /// Whether a cookie session may be without a secret (`--dev`).
    let dev: Bool
    /// Where secrets stand that the file names by their files.
    let files: SecretFiles
    var settings = Settings()
    /// Every session and upstream the file names, also one whose settings are wrong: a route may name it all the same.
    var sessionNames: [String] = []
    var upstreamNames: [String] = []
    var usedSessions: Set<String> = []
    var usedUpstreams: Set<String> = []

    private static let names = [
        "listen", "workers", "trusted_proxies", "debug_clients", "session_cookies", "control", "access_log", "timeouts",
        "limits", "sessions",
        "upstreams", "routes",
    ]

    init(problems: ProblemList, dev: Bool, files: SecretFiles) {
        self.problems = problems
        self.dev = dev
        self.files = files
    }

    /// Reads the whole file.
    mutating func read(_ root: RouteFileNode) {
        guard let section = SectionReader(root, "the route file", names: Self.names, problems: problems) else { return }
        readListen(section)
        readWorkers(section)
        settings.trustedProxies = addressRanges("trusted_proxies", section)
        settings.debugClients = addressRanges("debug_clients", section)
        readSessionCookies(section)
        readControl(section)
        settings.accessLog =
            section.choice("access_log", ["json": .json, "combined": .combined, "off": .off]) ?? settings.accessLog
        readTimeouts(section)
        readLimits(section)
        readSessions(section)
        readUpstreams(section)
        readRoutes(section)
        // Where something is wrong, it may be the very line that would use them.
        if !problems.hasErrors { warnOfUnused(section) }
    }

    // MARK: The top of the file

    private mutating func readListen(_ section: SectionReader) {
        guard section.has("listen") else {
            if section.seemsToHave("listen") { return }
            problems.error("`listen` is missing", at: section.place, hint: "listen:\n  - address: 0.0.0.0:8080")
            return
        }
        guard let node = section.node("listen") else {
            if section.all.contains(where: { $0.key == "listen" && $0.value.isNull }) {
                problems.error("`listen` is empty", at: section.place(of: "listen"), hint: "  - address: 0.0.0.0:8080")
            }
            return
        }
        guard case .list(let items) = node.kind else {
            problems.error(
                "`listen` is a list of addresses, but here is \(node.found)",
                at: node.place,
                hint: "listen:\n  - address: 0.0.0.0:8080"
            )
            return
        }
        if items.isEmpty { problems.error("`listen` is empty", at: node.place, hint: "  - address: 0.0.0.0:8080") }
        for item in items {
            if case .text(let text, _) = item.kind {
                problems.error(
                    "a place to listen is a mapping, but here is \(item.found)",
                    at: item.place,
                    hint: "write `- address: \(text)`"
                )
                continue
            }
            guard let place = SectionReader(item, "a place to listen", names: ["address"], problems: problems) else {
                continue
            }
            guard let text = place.text("address") else {
                if !place.has("address") || place.isEmpty("address") {
                    problems.error("a place to listen needs an `address`", at: place.place)
                }
                continue
            }
            readAddress(text, place)
        }
    }

    private mutating func readAddress(_ text: String, _ section: SectionReader) {
        let place = section.node("address")?.place ?? section.place
        guard let address = SocketAddress(parsing: text) else {
            let isPort = UInt16(text) != nil || (text.hasPrefix(":") && UInt16(text.dropFirst()) != nil)
            problems.error(
                "`\(text)` is no address to listen at",
                at: place,
                hint: (isPort ? "did you mean `0.0.0.0:\(text.drop { $0 == ":" })`?\n" : "")
                    + "an address is `0.0.0.0:8080`, `[::]:8080` or `unix:/run/gateway.sock`"
            )
            return
        }
        let isFixed = address.isUnix || address.port != 0
        if isFixed, settings.listen.contains(where: { $0.address == address }) {
            problems.error("`\(text)` stands twice under `listen`", at: place)
            return
        }
        settings.listen.append(ListenSettings(address: address))
    }

    private mutating func readWorkers(_ section: SectionReader) {
        guard let node = section.node("workers") else { return }
        if case .text("auto", _) = node.kind { return }
        if case .text(let text, _) = node.kind, let count = Int(text), (1...1024).contains(count) {
            settings.workers = .count(count)
        } else {
            problems.error("`workers` is `auto` or a number from 1 to 1024, but here is \(node.found)", at: node.place)
        }
    }

    private func addressRanges(_ name: String, _ section: SectionReader) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for (text, place) in section.texts(name) ?? [] {
            do {
                ranges.append(try AddressRange(parsing: text))
            } catch {
                problems.error(error.message, at: place)
            }
        }
        return ranges
    }

    private mutating func readSessionCookies(_ section: SectionReader) {
        for (text, place) in section.texts("session_cookies") ?? [] {
            if FieldText.isToken(text) {
                settings.sessionCookies.append(text)
            } else {
                problems.error("`\(text)` is not a cookie's name", at: place)
            }
        }
    }

    private mutating func readControl(_ section: SectionReader) {
        guard let text = section.text("control") else { return }
        let place = section.node("control")?.place ?? section.place
        guard let address = SocketAddress(parsing: text), address.isUnix else {
            problems.error(
                "`control` is a unix socket, but here is `\(text)`",
                at: place,
                hint: "write `unix:/run/gateway-control.sock`"
            )
            return
        }
        if settings.listen.contains(where: { $0.address == address }) {
            problems.error("`\(text)` stands under `listen` already", at: place)
            return
        }
        settings.control = address
    }

    private mutating func readTimeouts(_ section: SectionReader) {
        let names = ["request_head", "request_body", "half_closed", "send", "keep_alive", "tunnel", "drain"]
        guard let node = section.node("timeouts"),
            let section = SectionReader(node, "`timeouts`", names: names, problems: problems)
        else { return }
        var timeouts = Timeouts()
        timeouts.requestHead = section.duration("request_head") ?? timeouts.requestHead
        timeouts.requestBody = section.duration("request_body") ?? timeouts.requestBody
        timeouts.send = section.duration("send") ?? timeouts.send
        timeouts.halfClosed = section.duration("half_closed") ?? timeouts.halfClosed
        timeouts.keepAlive = section.duration("keep_alive") ?? timeouts.keepAlive
        timeouts.tunnel = section.duration("tunnel") ?? timeouts.tunnel
        timeouts.drain = section.duration("drain") ?? timeouts.drain
        settings.timeouts = timeouts
    }

    private mutating func readLimits(_ section: SectionReader) {
        let names = ["request_line", "fields", "field_count", "connections", "per_address", "memory"]
        guard let node = section.node("limits"),
            let section = SectionReader(node, "`limits`", names: names, problems: problems)
        else { return }
        var limits = Limits()
        // A head is one buffer with 32-bit ranges into it; more than this is no head but a body.
        let headSize = UInt64(256)...UInt64(16 << 20)
        limits.requestLine = section.size("request_line", in: headSize).map(Int.init) ?? limits.requestLine
        limits.fields = section.size("fields", in: headSize).map(Int.init) ?? limits.fields
        limits.fieldCount = section.number("field_count", in: 8...65536) ?? limits.fieldCount
        limits.connections = section.number("connections", in: 1...10_000_000) ?? limits.connections
        limits.perAddress = section.number("per_address", in: 1...10_000_000)
        limits.memory = section.size("memory", in: (1 << 20)...(1 << 50)).map(Int.init)
        settings.limits = limits
    }

    private func warnOfUnused(_ section: SectionReader) {
        for (part, names, used) in [
            ("sessions", sessionNames, usedSessions), ("upstreams", upstreamNames, usedUpstreams),
        ] {
            guard let node = section.node(part), case .mapping(let pairs) = node.kind else { continue }
            for pair in pairs where names.contains(pair.key) && !used.contains(pair.key) {
                problems.warning("no route uses `\(pair.key)` of `\(part)`", at: pair.place)
            }
        }
    }
}
