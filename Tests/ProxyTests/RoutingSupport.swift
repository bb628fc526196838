import HTTP
import Proxy
import Testing

/// Routes from a few lines, and requests as the parser makes them.
enum Routing {
    /// One route of a test: what it matches as the route file says it.
    struct Sketch {
        var host: String?
        var path: String
        var methods: [String] = []
        var headers: [(String, String?)] = []
        var query: [(String, String?)] = []
        var extra = ""

        init(
            _ path: String,
            host: String? = nil,
            methods: [String] = [],
            headers: [(String, String?)] = [],
            query: [(String, String?)] = [],
            extra: String = ""
        ) {
            (self.path, self.host, self.methods) = (path, host, methods)
            (self.headers, self.query, self.extra) = (headers, query, extra)
        }

        var yaml: String {
            var lines = ["  - path: \"\(path)\"", "    upstream: app"]
            if let host { lines.append("    host: \"\(host)\"") }
            if !methods.isEmpty { lines.append("    methods: [\(methods.joined(separator: ", "))]") }
            func mapping(_ pairs: [(String, String?)]) -> String {
                "{ " + pairs.map { "\"\($0.0)\": " + ($0.1.map { "\"\($0)\"" } ?? "null") }.joined(separator: ", ")
                    + " }"
            }
            if !headers.isEmpty { lines.append("    headers: \(mapping(headers))") }
            if !query.isEmpty { lines.append("    query: \(mapping(query))") }
            if !extra.isEmpty { lines.append("    " + extra) }
            return lines.joined(separator: "\n") + "\n"
        }
    }

    struct Unreadable: Error { let text: String }

    /// Settings with these routes, read as a route file is.
    static func settings(_ sketches: [Sketch]) throws -> Settings {
        let text =
            "listen: [{ address: \"127.0.0.1:0\" }]\nupstreams: { app: { servers: [\"http://a\"] } }\nroutes:\n"
            + sketches.map(\.yaml).joined()
        switch RouteFile.read(text, file: "f", environment: [:]) {
        case .settings(let settings, _): return settings
        case .problems(let problems): throw Unreadable(text: problems.map { $0.rendered(source: text) }.joined())
        }
    }

    static func table(_ sketches: [Sketch]) throws -> RouteTable { RouteTable(try settings(sketches).routes) }

    /// What a table makes of a request.
    static func decide(
        _ table: RouteTable,
        _ method: String,
        _ url: String,
        _ headers: [String] = []
    ) throws -> RouteDecision {
        let request = ExplainedRequest(method: method, url: url, headers: headers)
        let head = try #require(request.head, "\(method) \(url)")
        let bytes = request.bytes.span
        var scratch = NormalPath()
        return table.decide(
            host: bytes.extracting(head.host.range),
            path: bytes.extracting(head.path.range),
            query: bytes.extracting((head.query ?? .empty).range),
            method: bytes.extracting(head.methodName.range),
            head: head,
            bytes: bytes,
            scratch: &scratch
        )
    }
}

/// A small generator with a seed, so that a failure comes back.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        // SplitMix64.
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
