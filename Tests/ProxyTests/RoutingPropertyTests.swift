import HTTP
import Proxy
import Testing

/// Random routes and requests, against a choice that is made slowly and plainly.
@Suite struct RoutingPropertyTests {
    private static let hosts: [String?] = [nil, "a.example", "*.example", "*.b.example", "x.b.example"]
    private static let segments = ["a", "b", "{p}", "a", "c"]
    private static let methods: [[String]] = [[], ["GET"], ["POST"], ["PURGE"]]

    private func randomRoutes(_ random: inout SeededRandom) -> [Routing.Sketch] {
        var seen: Set<String> = []
        var routes: [Routing.Sketch] = []
        for _ in 0..<Int.random(in: 1...25, using: &random) {
            var path = ""
            var names = 0
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let segment = Self.segments.randomElement(using: &random) ?? "a"
                if segment == "{p}" { names += 1 }
                path += "/" + (segment == "{p}" ? "{p\(names)}" : segment)
            }
            switch Int.random(in: 0...3, using: &random) {
            case 0: path += "/"
            case 1, 2: path += "/*"
            default: if path.isEmpty { path = "/" }
            }
            let host = Self.hosts.randomElement(using: &random) ?? nil
            let methods = Self.methods.randomElement(using: &random) ?? []
            guard seen.insert("\(host ?? "") \(path) \(methods)").inserted else { continue }
            routes.append(.init(path, host: host, methods: methods))
        }
        return routes
    }

    private func randomRequest(_ random: inout SeededRandom) -> (method: String, host: String, path: String) {
        let host =
            ["a.example", "x.b.example", "y.b.example", "b.example", "c.example", "other"].randomElement(using: &random)
            ?? ""
        var path = ""
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            path += "/" + (["a", "b", "c", "d"].randomElement(using: &random) ?? "")
        }
        if path.isEmpty || Int.random(in: 0...4, using: &random) == 0 { path += "/" }
        return (["GET", "POST", "HEAD", "PURGE", "PUT"].randomElement(using: &random) ?? "GET", host, path)
    }

    /// The rank of a route that matches, bigger is better; nil: it does not match.
    private func rank(_ route: Routing.Sketch, _ method: String, _ host: String, _ path: String) -> [Int]? {
        let hostRank: Int
        switch route.host {
        case nil: hostRank = 0
        case let pattern? where pattern.hasPrefix("*"):
            let suffix = pattern.dropFirst()
            guard host.hasSuffix(suffix), host.count > suffix.count else { return nil }
            hostRank = suffix.count
        case let name?:
            guard host == name else { return nil }
            hostRank = 1000
        }
        let isBelow = route.path.hasSuffix("/*")
        let wanted = (isBelow ? String(route.path.dropLast(2)) : route.path).split(
            separator: "/",
            omittingEmptySubsequences: false
        ).dropFirst()
        let given = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard isBelow ? given.count >= wanted.count : given.count == wanted.count else { return nil }
        var literals: [Int] = []
        for (text, segment) in zip(given, wanted) {
            let isParameter = segment.hasPrefix("{")
            guard isParameter ? !text.isEmpty : text == segment else { return nil }
            literals.append(isParameter ? 0 : 1)
        }
        var methodRank = 0
        if !route.methods.isEmpty {
            guard route.methods.contains(method) || (method == "HEAD" && route.methods.contains("GET")) else {
                return nil
            }
            methodRank = 1
        }
        return [hostRank, wanted.count] + literals + [isBelow ? 0 : 1, methodRank]
    }

    @Test func `the table chooses as the plain comparison does, whatever the order of the file`() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<300 {
            let sketches = randomRoutes(&random)
            let table = try Routing.table(sketches)
            let shuffled = sketches.shuffled(using: &random)
            let other = try Routing.table(shuffled)
            for _ in 0..<30 {
                let request = randomRequest(&random)
                let ranks = sketches.map { rank($0, request.method, request.host, request.path) }
                let best = ranks.indices.filter { ranks[$0] != nil }
                    .max { (ranks[$0] ?? []).lexicographicallyPrecedes(ranks[$1] ?? []) }
                let url = "http://\(request.host)\(request.path)"
                let decision = try Routing.decide(table, request.method, url)
                if let best {
                    #expect(decision == .matched(best), "\(request) \(sketches.map(\.yaml))")
                    guard case .matched(let index) = try Routing.decide(other, request.method, url) else {
                        Issue.record("no match in another order")
                        continue
                    }
                    #expect(shuffled[index].yaml == sketches[best].yaml)
                } else {
                    let exists = sketches.contains { sketch in
                        var open = sketch
                        open.methods = []
                        return rank(open, request.method, request.host, request.path) != nil
                    }
                    if case .methodNotAllowed(let methods) = decision {
                        #expect(exists && !methods.isEmpty && !methods.contains(request.method))
                    } else {
                        #expect(decision == .notFound && !exists)
                    }
                }
            }
        }
    }

    /// A path as an origin may read it: decoded, merged, cut and resolved in any combination.
    private func readings(_ path: String) -> Set<String> {
        var readings: Set<String> = []
        for options in 0..<16 {
            var text = path
            if options & 1 != 0 { text = decoded(text, keepingSlash: options & 2 != 0) }
            if options & 2 == 0, options & 1 != 0 { text = text.replacing("\\", with: "/") }
            if options & 4 != 0 {
                while text.contains("//") { text = text.replacing("//", with: "/") }
            }
            if options & 8 != 0 {
                text = text.split(separator: "/", omittingEmptySubsequences: false)
                    .map { String($0.prefix { $0 != ";" }) }.joined(separator: "/")
            }
            readings.insert(text)
            var output: [Substring] = []
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            for (index, part) in parts.enumerated() {
                let isLast = index == parts.count - 1
                if part == ".." { output = Array(output.dropLast()) }
                if part == "." || part == ".." { if isLast { output.append("") } } else { output.append(part) }
            }
            readings.insert("/" + output.joined(separator: "/"))
        }
        return readings
    }

    private func decoded(_ text: String, keepingSlash: Bool) -> String {
        var bytes = Array(text.utf8)[...]
        var result: [UInt8] = []
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "%"),
                let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16),
                !(keepingSlash && value == UInt8(ascii: "/"))
            {
                result.append(value)
                bytes = bytes.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    @Test func `T5 a path never takes a route that another reading of it would not take`() throws {
        let sketches: [Routing.Sketch] = [
            .init("/*"), .init("/admin/*"), .init("/admin/{x}/edit"), .init("/healthz"),
            .init("/api/*", extra: "strip_prefix: /api"),
            .init("/api/admin/*", extra: "strip_prefix: /api"), .init("/v/*", extra: "add_prefix: /w"),
            .init("/admin!/*"),
        ]
        let table = try Routing.table(sketches)
        let parts = [
            "/", "/", "/", "admin", "api", "v", "x", "edit", "healthz", "..", ".", "%2e", "%2E%2e", "%2f", "%2F", "//",
            ";a", ";",
            "%5c", "%61dmin", "%61pi", "a%20b", "%25", "%252e", "/./", "/../", "%3b",
            "|", "%7C", "!", "%21",
        ]
        var random = SeededRandom(seed: 5)
        var counts: [String: Int] = [:]
        for _ in 0..<8_000 {
            var path = "/"
            for _ in 0..<Int.random(in: 1...6, using: &random) { path += parts.randomElement(using: &random) ?? "" }
            let decision = try Routing.decide(table, "GET", path)
            guard case .matched(let index) = decision else {
                counts["refused", default: 0] += 1
                #expect(decision == .ambiguousPath, "\(path): /* takes whatever is a path")
                continue
            }
            counts["matched", default: 0] += 1
            // A plain path has one reading, so the table's choice for the readings is the truth to compare with.
            for reading in readings(path) {
                guard naive(reading, sketches) == index else {
                    Issue.record("\(path) took \(sketches[index].path), but reads as \(reading)")
                    continue
                }
            }
            // What the upstream gets must mean the same as the rewritten reading.
            var target: [UInt8] = []
            table.rewrites[index].rewritten(path: path.utf8Span.span, query: nil, into: &target)
            let written = String(decoding: target, as: UTF8.self)
            if sketches[index].extra.isEmpty { #expect(written == path) }
            if sketches[index].extra.hasPrefix("strip") {
                #expect("/api" + written == path || (written == "/" && path == "/api"))
                #expect(!written.hasPrefix("//"))
                for reading in readings(written) {
                    #expect(
                        readings(path).contains("/api" + reading)
                            || (reading == "/" && readings(path).contains("/api")),
                        "\(path)"
                    )
                }
            }
        }
        #expect((counts["matched"] ?? 0) > 400 && (counts["refused"] ?? 0) > 400)
    }

    private func naive(_ path: String, _ sketches: [Routing.Sketch]) -> Int? {
        let ranks = sketches.map { rank($0, "GET", "localhost", path) }
        return ranks.indices.filter { ranks[$0] != nil }.max {
            (ranks[$0] ?? []).lexicographicallyPrecedes(ranks[$1] ?? [])
        }
    }
}
