internal import Sessions

extension SettingsReader {
    static let routeSettings = [
        "host", "path", "methods", "headers", "query", "upstream", "redirect", "respond", "session", "csrf",
        "strip_cookies", "strip_prefix", "add_prefix", "max_body", "upgrade", "request_headers",
        "response_headers",
    ]

    /// Reads `routes`.
    mutating func readRoutes(_ top: SectionReader) {
        let hint = "routes:\n  - path: /*\n    upstream: app"
        guard let node = top.node("routes") else {
            let isEmpty = top.all.contains { $0.key == "routes" && $0.value.isNull }
            if !top.seemsToHave("routes") { problems.error("`routes` is missing", at: top.place, hint: hint) }
            if isEmpty { problems.error("`routes` is empty", at: top.place(of: "routes"), hint: hint) }
            return
        }
        guard case .list(let items) = node.kind else {
            problems.error("`routes` is a list, but here is \(node.found)", at: node.place, hint: hint)
            return
        }
        if items.isEmpty { problems.error("`routes` is empty", at: node.place, hint: hint) }
        var places: [RouteFileNode.Place] = []
        for item in items {
            guard let section = SectionReader(item, "a route", names: Self.routeSettings, problems: problems),
                let route = readRoute(section)
            else { continue }
            settings.routes.append(route)
            places.append(section.place)
        }
        reportTwins(places)
    }

    private mutating func readRoute(_ section: SectionReader) -> RouteSettings? {
        let host = readHost(section)
        let isHostWrong =
            host == nil && section.has("host") && section.all.contains { $0.key == "host" && !$0.value.isNull }
        let path = readPath(section)
        let methods = readMethods(section)
        let action = readAction(section, path)
        // Without these two there is no route to go on with, but the rest is read for its errors.
        var route = RouteSettings(
            name: "",
            line: section.place.line,
            path: path ?? .prefix([]),
            action: action ?? .respond(RespondSettings())
        )
        route.host = host
        route.methods = methods
        let written = (host?.description ?? "") + (section.text("path") ?? "")
        route.name = methods.isEmpty ? written : "\(methods.joined(separator: ",")) \(written)"
        route.headers = readMatches(section, "headers").compactMap { pair in
            guard FieldText.isToken(pair.key), !FieldText.isReserved(pair.key) else {
                let why =
                    FieldText.isToken(pair.key) ? "is reserved, and removed from clients" : "is no header field's name"
                problems.error("`\(pair.key)` \(why)", at: pair.place)
                return nil
            }
            return FieldMatch(name: pair.key, value: pair.value)
        }
        route.query = readMatches(section, "query").map { QueryMatch(name: $0.key, value: $0.value) }
        readPolicy(section, into: &route)
        readRewrite(section, path, into: &route)
        route.maxBody = section.size("max_body", in: 0...UInt64.max)
        route.upgrade = section.bool("upgrade") ?? route.upgrade
        route.requestHeaders = readEdits(section, "request_headers", isRequest: true)
        route.responseHeaders = readEdits(section, "response_headers", isRequest: false)
        warnOfIdle(section, action)
        return path == nil || action == nil || isHostWrong ? nil : route
    }

    // MARK: What it matches

    private func readHost(_ section: SectionReader) -> HostPattern? {
        if let node = section.node("host"), case .list = node.kind {
            problems.error("a route has one `host`, but here is a list", at: node.place, hint: "write a route for each")
            return nil
        }
        guard let text = section.text("host"), let node = section.node("host") else { return nil }
        do {
            return try HostPattern(parsing: text)
        } catch {
            problems.error(error.message, at: node.place, hint: error.hint)
            return nil
        }
    }

    private func readPath(_ section: SectionReader) -> PathPattern? {
        guard let text = section.text("path"), let node = section.node("path") else {
            if section.node("path") == nil, section.has("path") || !section.seemsToHave("path"),
                !section.all.contains(where: { $0.key == "path" && $0.value.isUnknown })
            {
                problems.error("a route needs a `path`", at: section.place, hint: "`path: /*` matches every path")
            }
            return nil
        }
        do {
            return try PathPattern(parsing: text)
        } catch {
            problems.error(error.message, at: node.place, hint: error.hint)
            return nil
        }
    }

    private func readMethods(_ section: SectionReader) -> [String] {
        guard let texts = section.texts("methods") else { return [] }
        if texts.isEmpty, case .list(let items)? = section.node("methods")?.kind, items.isEmpty {
            problems.error(
                "`methods` is empty",
                at: section.place(of: "methods"),
                hint: "leave it out to match any method"
            )
        }
        var methods: [String] = []
        for (text, place) in texts {
            let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
            if !FieldText.isToken(text) || text.utf8.count > 32 {
                problems.error("`\(text)` is not a method", at: place)
            } else if text == "CONNECT" || text == "TRACE" {
                problems.error("`\(text)` is refused by the gateway, on every route", at: place)
            } else if !known.contains(text), known.contains(text.uppercased()) {
                problems.error("methods are upper case", at: place, hint: "did you mean `\(text.uppercased())`?")
            } else if !methods.contains(text) {
                methods.append(text)
                if !known.contains(text), let near = Suggestion.nearest(to: text, among: known) {
                    problems.warning("`\(text)` is an unusual method", at: place, hint: "did you mean `\(near)`?")
                }
            }
        }
        return methods
    }

    /// Names with a value each; null asks for the name alone.
    private func readMatches(
        _ section: SectionReader,
        _ name: String
    ) -> [(key: String, place: RouteFileNode.Place, value: String?)] {
        guard let node = section.node(name),
            let matches = SectionReader(node, "`\(name)`", names: nil, problems: problems)
        else { return [] }
        return matches.all.compactMap { pair in
            if pair.value.isNull { return (pair.key, pair.place, nil) }
            return matches.text(pair.key).map { (pair.key, pair.place, $0) }
        }
    }

    // MARK: Policy and rewriting

    private mutating func readPolicy(_ section: SectionReader, into route: inout RouteSettings) {
        if let name = section.text("session"), name != "null", name != "Null" {
            usedSessions.insert(name)
            if !sessionNames.contains(name) {
                problems.error(
                    "there is no session `\(name)`",
                    at: section.node("session")?.place ?? section.place,
                    hint: Suggestion.hint(for: name, among: sessionNames, what: "sessions")
                )
            }
            route.session = settings.sessions.firstIndex { $0.name == name }
        }
        route.csrf = section.choice("csrf", ["origin": CSRFMode.origin, "off": CSRFMode.off])
        let hasSession = section.text("session").map { $0 != "null" && $0 != "Null" } ?? false
        if section.has("csrf"), !hasSession {
            problems.error(
                "`csrf` is for routes with a session",
                at: section.place(of: "csrf"),
                hint: "a Null route carries no cookie that another site could misuse"
            )
        }
        route.stripCookies = section.choice("strip_cookies", ["session": .session, "all": .all]) ?? .session
    }

    private func readRewrite(_ section: SectionReader, _ path: PathPattern?, into route: inout RouteSettings) {
        if let prefix = readPrefix(section, "strip_prefix") {
            let own = path?.segments ?? []
            let wanted = prefix.segments
            if path != nil, wanted.count > own.count || Array(own.prefix(wanted.count)) != wanted {
                problems.error(
                    "`strip_prefix` is not what the route's path begins with",
                    at: section.node("strip_prefix")?.place ?? section.place,
                    hint: "the path is `\(path?.description ?? "")`"
                )
            }
            route.stripPrefix = prefix.description
        }
        route.addPrefix = readPrefix(section, "add_prefix")?.description
    }

    /// A prefix is a path without `*`, parameters and a slash at its end; `/` alone changes nothing, and is nil.
    private func readPrefix(_ section: SectionReader, _ name: String) -> PathPattern? {
        guard var text = section.text(name), let node = section.node(name) else { return nil }
        if text.hasSuffix("/*") { text.removeLast(2) } else if text.hasSuffix("/") { text.removeLast() }
        if text.isEmpty { return nil }
        do {
            let prefix = try PathPattern(parsing: text)
            if case .exact = prefix { return prefix }
            problems.error("`\(name)` is a plain path, without `*` and `{…}`", at: node.place)
        } catch {
            problems.error(error.message, at: node.place, hint: error.hint)
        }
        return nil
    }

    private func warnOfIdle(_ section: SectionReader, _ action: RouteAction?) {
        guard let action else { return }
        if case .upstream = action { return }
        for name in ["strip_prefix", "add_prefix", "request_headers", "max_body", "upgrade"] where section.has(name) {
            problems.error("`\(name)` has no effect without `upstream`", at: section.place(of: name))
        }
        for name in ["session", "csrf", "strip_cookies"] where section.node(name) != nil {
            problems.warning("`\(name)` has no effect without `upstream`", at: section.place(of: name))
        }
    }
}
