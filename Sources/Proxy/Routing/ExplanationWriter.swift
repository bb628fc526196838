internal import HTTP
internal import Sessions
internal import Upstream

/// Puts an explanation into words, row by row.
struct ExplanationWriter {
    let request: ExplainedRequest
    /// What the gateway reads out of the request's fields.
    let facts: RequestFacts
    let settings: Settings
    let file: String
    private(set) var text: String

    init(request: ExplainedRequest, facts: RequestFacts, settings: Settings, file: String) {
        self.request = request
        self.facts = facts
        self.settings = settings
        self.file = file
        text = request.title + "\n\n"
    }

    /// Adds a row: a word, and what there is to say; further rows of the same word leave it empty.
    mutating func row(_ label: String, _ content: String) {
        text += label + String(repeating: " ", count: max(1, 12 - label.count)) + content + "\n"
    }

    // MARK: The chosen route

    mutating func writeRoute(_ index: Int, head: RequestHead, rewrite: TargetRewrite) {
        let route = settings.routes[index]
        row("Route", "\(route.name)   (\(file):\(route.line))")
        let written = target(rewrite, head)
        switch route.action {
        case .redirect(let redirect):
            row("Answer", "\(redirect.status), Location: \(written)")
            writeEdits("Response", route.responseHeaders)
        case .respond(let respond):
            row("Answer", "\(respond.status), \(respond.body.count) bytes of \(respond.contentType)")
            for field in respond.headers { row("", "\(field.name): \(field.value)") }
            writeEdits("Response", route.responseHeaders)
        case .upstream(let upstream):
            writeUpstream(settings.upstreams[upstream], target: written, route, rewrite)
            writePolicy(route, head: head)
            writeEdits("Request", route.requestHeaders)
            writeEdits("Response", route.responseHeaders)
            writeLimits(route, settings.upstreams[upstream])
        }
    }

    private func target(_ rewrite: TargetRewrite, _ head: RequestHead) -> String {
        var target: [UInt8] = []
        let bytes = request.bytes.span
        var query: Span<UInt8>?
        if let range = head.query?.range { query = bytes.extracting(range) }
        rewrite.rewritten(path: bytes.extracting(head.path.range), query: query, into: &target)
        return String(decoding: target, as: UTF8.self)
    }

    private mutating func writeUpstream(
        _ upstream: UpstreamSettings,
        target: String,
        _ route: RouteSettings,
        _ rewrite: TargetRewrite
    ) {
        let servers = upstream.servers.map(\.description).joined(separator: ", ")
        row("Upstream", "\(upstream.name): \(servers)")
        var changes: [String] = []
        if let prefix = route.stripPrefix { changes.append("strip_prefix \(prefix)") }
        if let prefix = route.addPrefix { changes.append("add_prefix \(prefix)") }
        row("Target", target + (changes.isEmpty ? "   (as it came)" : "   (\(changes.joined(separator: ", ")))"))
    }

    // MARK: Sessions and cookies

    private mutating func writePolicy(_ route: RouteSettings, head: RequestHead) {
        let reserved = (request.head?.fields ?? []).filter(\.id.isReserved).map { request.text($0.name) }
        guard let index = route.session else {
            row("Session", "Null: no session is opened, and none is ever issued")
            writeNullCookies(route)
            row("Adds", "X-Session-Policy: null")
            writeStripped(reserved)
            return
        }
        let session = settings.sessions[index]
        let rules = session.settings
        row(
            "Session",
            rules.format == .gorilla
                ? "\(session.name): a cookie session in gorilla's format, \(rules.name)"
                : "\(session.name): a cookie session, \(rules.name) and \(rules.flashName)"
        )
        let cookies = cookieNames.filter { $0 == rules.name || $0 == rules.flashName }
        row(
            "Cookies",
            route.stripCookies == .all
                ? "every cookie is cut out, both ways (strip_cookies: all)"
                : rules.forwardCookie
                    ? "the session's cookies are forwarded (forward_cookie)" : "the session's cookies stay here"
        )
        if !cookies.isEmpty { row("", "in this request: \(cookies.joined(separator: ", "))") }
        row("Adds", "X-Session-Policy: cookie")
        row("", "X-Session: {…}")
        if cookies.contains(rules.name) { row("", "X-Session-Id, if the cookie opens") }
        if facts.isPage(request.bytes.span) {
            row("", "X-Flash, if there are messages: this is a page request")
        } else {
            row("", "no X-Flash: this is not a page request")
        }
        for value in rules.expose { row("", "\(value.header): the session's `\(value.key)`, if there is one") }
        if rules.handOver != nil { row("", "X-Session-Signature, over these fields, the method and the target") }
        writeStripped(reserved + exposedBySender(rules))
        row("CSRF", csrfVerdict(route, rules, head))
    }

    private mutating func writeNullCookies(_ route: RouteSettings) {
        if route.stripCookies == .all {
            row("Cookies", "every cookie is cut out, both ways (strip_cookies: all)")
            return
        }
        let own = settings.sessions.flatMap { [$0.settings.name, $0.settings.flashName] } + settings.sessionCookies
        guard !own.isEmpty else { return row("Cookies", "pass: no session is configured") }
        row("Cookies", "cut out, both ways: \(own.joined(separator: ", "))")
        let present = cookieNames.filter(own.contains)
        if !present.isEmpty { row("", "in this request: \(present.joined(separator: ", "))") }
    }

    private mutating func writeStripped(_ names: [String]) {
        row("Removes", names.isEmpty ? "nothing the client sent is reserved" : names.joined(separator: ", "))
    }

    private func exposedBySender(_ rules: SessionSettings) -> [String] {
        (request.head?.fields ?? []).map { request.text($0.name) }.filter { name in
            rules.expose.contains { FieldText.folded($0.header) == FieldText.folded(name) }
        }
    }

    private var cookieNames: [String] {
        request.values(of: "cookie").flatMap { value in
            value.split(separator: ";").map { String($0.prefix { $0 != "=" }.drop { $0 == " " }) }
        }
    }

    /// What the check that the gateway does says, and by what (DESIGN section 3.1).
    private func csrfVerdict(_ route: RouteSettings, _ rules: SessionSettings, _ head: RequestHead) -> String {
        if (route.csrf ?? rules.csrf) == .off { return "not checked (csrf: off)" }
        let check = CrossSiteCheck(trustedOrigins: rules.trustedOrigins, allowsUpgrade: route.upgrade)
        let origin = facts.origin.map { request.text($0) } ?? ""
        let site = facts.secFetchSite.map { request.text($0) } ?? ""
        return switch check.verdict(head, request.bytes.span, facts) {
        case .safeMethod: "passes: \(request.text(head.methodName)) is a safe method"
        case .notCrossSite: "passes: Sec-Fetch-Site is \(site)"
        case .trustedOrigin: "passes: \(origin) is a trusted origin"
        case .sameHost: "passes: Origin is this host"
        case .noBrowser: "passes: no Sec-Fetch-Site and no Origin, so this is no browser"
        case .crossSite: "refused with 403: Sec-Fetch-Site is cross-site"
        case .foreignOrigin: "refused with 403: Origin \(origin) is not this host"
        }
    }

    // MARK: Edits and limits

    private mutating func writeEdits(_ label: String, _ edits: HeaderEdits) {
        var lines = edits.remove.map { "removes \($0)" }
        lines += edits.set.map { "sets \($0.name): \(shown($0))" }
        lines += edits.add.map { "adds \($0.name): \(shown($0))" }
        for (index, line) in lines.enumerated() { row(index == 0 ? label : "", line) }
    }

    /// The value, unless the name says that it is a secret.
    private func shown(_ field: HeaderEdits.Field) -> String {
        let name = field.name.lowercased()
        return ["auth", "cookie", "secret", "token", "key", "pass", "verify", "sign"].contains(where: name.contains)
            ? "***" : field.value
    }

    private mutating func writeLimits(_ route: RouteSettings, _ upstream: UpstreamSettings) {
        row("Body", route.maxBody.map { "at most \(Quantity.text(bytes: $0)), else 413" } ?? "of any size")
        if facts.wantsUpgrade { row("Upgrade", route.upgrade ? "offered" : "not offered (upgrade: false)") }
        let connect = Quantity.text(nanoseconds: upstream.connectTimeout)
        let first = Quantity.text(nanoseconds: upstream.firstByteTimeout)
        let idle = Quantity.text(nanoseconds: upstream.idleTimeout)
        row("Timeouts", "connect \(connect), first byte \(first), between bytes \(idle)")
    }

    // MARK: What was not chosen

    /// Tells how the readings of an ambiguous path differ.
    mutating func writeAmbiguity(_ head: RequestHead, table: RouteTable) {
        row("Answer", "400: the path can be read in more than one way, and they do not lead to the same place")
        var normal = NormalPath()
        let path = request.text(head.path)
        switch normal.read(request.bytes.span.extracting(head.path.range)) {
        case .plain: break
        case .refused(let error): row("", "\(error.reason)")
        case .normalized: writeReadings(of: path, head, table)
        }
    }

    /// Lists readings of a path that take different routes, one for each.
    private mutating func writeReadings(of path: String, _ head: RequestHead, _ table: RouteTable) {
        var readings = [path]
        var reading: [UInt8] = []
        _ = PathReading.peculiarities(of: path.utf8Span.span).allReadings { way in
            way.write(path.utf8Span.span, into: &reading)
            readings.append(String(decoding: reading, as: UTF8.self))
            return true
        }
        var seen: [Int?] = []
        for reading in readings {
            let route = match(reading, head, table)
            guard !seen.contains(route) else { continue }
            seen.append(route)
            let label = seen.count == 1 ? "as it came" : "also reads"
            row("", "\(label): \(reading)   → \(route.map { settings.routes[$0].name } ?? "no route")")
        }
        if seen.count == 1 {
            row("", "behind strip_prefix or add_prefix, it would mean different paths to different servers")
        }
    }

    /// Lists every other route with the reason why it was not chosen.
    mutating func writeOthers(than decision: RouteDecision, head: RequestHead) {
        var chosen: Int?
        if case .matched(let index) = decision { chosen = index }
        let others = settings.routes.indices.filter { $0 != chosen }
        guard !others.isEmpty else { return }
        text += "\nNot chosen\n"
        let places = others.map { "\(file):\(settings.routes[$0].line)" }
        let placeWidth = places.map(\.count).max() ?? 0
        let nameWidth = others.map { settings.routes[$0].name.count }.max() ?? 0
        let mismatch = mismatch(request.text(head.path), head)
        for (place, index) in zip(places, others) {
            let route = settings.routes[index]
            let why =
                mismatch.reason(route)
                ?? chosen.map { RouteMismatch.advantage(of: settings.routes[$0], over: route) }
                ?? "matches the path as it came"
            text += "  \(padded(place, placeWidth))  \(padded(route.name, nameWidth))  \(why)\n"
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: width - text.count)
    }

    private func mismatch(_ path: String, _ head: RequestHead) -> RouteMismatch {
        RouteMismatch(
            host: request.text(head.host),
            path: path.isEmpty ? "/" : path,
            query: RouteMismatch.parameters(head.query.map { request.text($0) } ?? ""),
            method: request.text(head.methodName),
            fields: head.fields.map { (request.text($0.name), request.text($0.value)) }
        )
    }

    private func match(_ path: String, _ head: RequestHead, _ table: RouteTable) -> Int? {
        let bytes = request.bytes.span
        return table.match(
            host: bytes.extracting(head.host.range),
            path: path.utf8Span.span,
            query: bytes.extracting((head.query ?? .empty).range),
            method: bytes.extracting(head.methodName.range),
            head: head,
            bytes: bytes
        )
    }
}
