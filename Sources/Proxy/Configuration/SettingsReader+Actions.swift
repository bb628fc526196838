extension SettingsReader {
    /// Reads the one of `upstream`, `redirect` and `respond` that a route has.
    mutating func readAction(_ section: SectionReader, _ path: PathPattern?) -> RouteAction? {
        let given = ["upstream", "redirect", "respond"].filter(section.has)
        if given.isEmpty {
            if ["upstream", "redirect", "respond"].contains(where: section.seemsToHave) { return nil }
            problems.error(
                "a route needs one of `upstream`, `redirect` and `respond`",
                at: section.place,
                hint: upstreamNames.isEmpty ? nil : "upstreams: \(upstreamNames.joined(separator: ", "))"
            )
            return nil
        }
        if given.count > 1 {
            let names = given.map { "`\($0)`" }.joined(separator: " and ")
            problems.error("a route has one of \(names), not both", at: section.place(of: given[1]))
        }
        let upstream = section.has("upstream") ? readUpstream(section) : nil
        let redirect = section.has("redirect") ? readRedirect(section, path) : nil
        let respond = section.has("respond") ? readRespond(section) : nil
        return upstream ?? redirect ?? respond
    }

    private mutating func readUpstream(_ section: SectionReader) -> RouteAction? {
        guard let name = section.text("upstream") else {
            if section.isEmpty("upstream") {
                problems.error("`upstream` is empty", at: section.place(of: "upstream"))
            }
            return nil
        }
        usedUpstreams.insert(name)
        guard let index = upstreamNames.firstIndex(of: name) else {
            let isAddress = name.contains("://")
            problems.error(
                "there is no upstream `\(name)`",
                at: section.node("upstream")?.place ?? section.place,
                hint: isAddress
                    ? "name an entry of `upstreams`, which lists the servers"
                    : Suggestion.hint(for: name, among: upstreamNames, what: "upstreams")
            )
            return nil
        }
        return .upstream(index)
    }

    // MARK: redirect

    private func readRedirect(_ section: SectionReader, _ path: PathPattern?) -> RouteAction? {
        if section.isEmpty("redirect") {
            problems.error("`redirect` is empty", at: section.place(of: "redirect"), hint: "redirect: { to: /new/* }")
        }
        guard let node = section.node("redirect"),
            let redirect = SectionReader(node, "`redirect`", names: ["to", "status"], problems: problems)
        else { return nil }
        var status = 307
        if let given = redirect.number("status", in: 100...999) {
            status = given
            if ![301, 302, 303, 307, 308].contains(given) {
                problems.error(
                    "a redirect's status is 301, 302, 303, 307 or 308, not \(given)",
                    at: redirect.node("status")?.place ?? redirect.place
                )
            }
        }
        guard let to = redirect.text("to"), let place = redirect.node("to")?.place else {
            if redirect.node("to") == nil { problems.error("`redirect` needs `to`", at: redirect.place) }
            return nil
        }
        if let objection = Self.objection(to: to, path) { problems.error(objection.0, at: place, hint: objection.1) }
        return .redirect(RedirectSettings(to: to, status: status))
    }

    private static func objection(to: String, _ path: PathPattern?) -> (String, String?)? {
        let isAbsolute = to.hasPrefix("http://") || to.hasPrefix("https://")
        guard isAbsolute || (to.hasPrefix("/") && !to.hasPrefix("//")) else {
            return ("`to` is a path from the root or a URL", "write `/new/*` or `https://example.com/new/*`")
        }
        if to.contains("{") || to.contains("}") {
            return ("`to` cannot hold the path's parameters", "only `*` is carried over")
        }
        let allowed = { (byte: UInt8) in byte > 0x20 && byte < 0x7f && !"\"<>\\^`|".utf8.contains(byte) }
        guard to.utf8.allSatisfy(allowed) else {
            return ("`to` holds characters that stand in no URL", "percent-encode them")
        }
        guard let star = to.firstIndex(of: "*") else { return nil }
        let before = to[..<star]
        guard to.index(after: star) == to.endIndex, before.hasSuffix("/"), !before.contains("?"), !before.contains("#")
        else {
            return ("`*` stands at the end of `to`, after a `/`", nil)
        }
        let authority = isAbsolute ? before.drop { $0 != ":" }.dropFirst(3) : "/"
        // In `https://*` the client would choose the host.
        guard authority.contains("/"), authority.first != "/" || !isAbsolute else {
            return ("the host of `to` cannot be `*`", "write `https://example.com/*`")
        }
        if let path, !path.matchesBelow {
            return ("`to` has a `*`, but the route's path has none", "the path is `\(path.description)`")
        }
        return nil
    }

    // MARK: respond

    private func readRespond(_ section: SectionReader) -> RouteAction? {
        let names = ["status", "body", "content_type", "headers"]
        guard let node = section.node("respond") else {
            if section.isEmpty("respond") {
                problems.error(
                    "`respond` is empty",
                    at: section.place(of: "respond"),
                    hint: "respond: { status: 200, body: ok }"
                )
            }
            return nil
        }
        guard let respond = SectionReader(node, "`respond`", names: names, problems: problems) else { return nil }
        var settings = RespondSettings()
        settings.status = respond.number("status", in: 200...599) ?? 200
        settings.body = respond.text("body").map { Array($0.utf8) } ?? []
        if let type = respond.text("content_type"), let place = respond.node("content_type")?.place {
            settings.contentType = type
            if type.isEmpty || !FieldText.isValue(type) {
                problems.error("`content_type` is not a media type", at: place)
            }
        }
        if [204, 205, 304].contains(settings.status), !settings.body.isEmpty {
            problems.error("an answer with status \(settings.status) has no body", at: respond.place(of: "body"))
        }
        if let node = respond.node("headers"),
            let headers = SectionReader(node, "`headers` of `respond`", names: nil, problems: problems)
        {
            settings.headers = fields(headers)
            for pair in headers.all where FieldText.folded(pair.key) == "content-type" {
                problems.error("the answer's type is set by `content_type`", at: pair.place)
            }
        }
        return .respond(settings)
    }

    // MARK: Fields

    /// Reads `request_headers` or `response_headers`.
    func readEdits(_ section: SectionReader, _ name: String, isRequest: Bool) -> HeaderEdits {
        var edits = HeaderEdits()
        guard let node = section.node(name),
            let section = SectionReader(node, "`\(name)`", names: ["set", "add", "remove"], problems: problems)
        else { return edits }
        if let node = section.node("set"), let set = SectionReader(node, "`set`", names: nil, problems: problems) {
            edits.set = fields(set)
        }
        if let node = section.node("add"), let add = SectionReader(node, "`add`", names: nil, problems: problems) {
            edits.add = fields(add)
            refuseHost(add.all.map { ($0.key, $0.place) }, isRequest: isRequest)
        }
        let removed = section.texts("remove") ?? []
        for (text, place) in removed {
            if let objection = FieldText.objection(to: text) {
                problems.error(objection, at: place)
            } else {
                edits.remove.append(text)
            }
        }
        refuseHost(removed.map { ($0.text, $0.place) }, isRequest: isRequest)
        return edits
    }

    /// A request has one Host: it can be set, but neither doubled nor taken away.
    private func refuseHost(_ names: [(String, RouteFileNode.Place)], isRequest: Bool) {
        for (name, place) in names where isRequest && name.lowercased() == "host" {
            problems.error("a request has exactly one `Host`", at: place, hint: "put it under `set` to change it")
        }
    }

    /// The fields of a mapping; a list gives a name several lines.
    private func fields(_ section: SectionReader) -> [HeaderEdits.Field] {
        section.all.flatMap { pair -> [HeaderEdits.Field] in
            if let objection = FieldText.objection(to: pair.key) {
                problems.error(objection, at: pair.place)
                return []
            }
            let nodes: [RouteFileNode] = if case .list(let items) = pair.value.kind { items } else { [pair.value] }
            return nodes.compactMap { node in
                if node.isNull { return HeaderEdits.Field(name: pair.key, value: "") }
                guard let value = section.text(node, pair.key) else { return nil }
                guard FieldText.isValue(value) else {
                    problems.error(
                        "the value of `\(pair.key)` has a line end, a control character, or a space at its end",
                        at: node.place
                    )
                    return nil
                }
                return HeaderEdits.Field(name: pair.key, value: value)
            }
        }
    }
}
