public import HTTP

/// The routes, made ready for matching: the most specific one that matches is found in about the same time whether
/// there are ten or thousands, and nothing is allocated.
///
/// The host decides first: one named exactly, then wildcards from the longest, then routes for any host; where a host
/// has no route that matches, the next is tried. Then the path (see `PathTree`), then: a route that names the method
/// before one that takes any, more header matches, more query matches, the order of the file.
public final class RouteTable: Sendable {
    /// The routes in the order of the file; results are indices into them.
    public let routes: [RouteSettings]
    /// How each route changes the target on its way to the upstream or into `Location`.
    public let rewrites: [TargetRewrite]

    private let hosts: ByteTable
    private let wildcards: ByteTable
    /// The root of routes for any host; -1: there are none.
    private let anyHost: Int32
    /// The tree of the paths as they are, and the one of how the most liberal origin would read them.
    private let plain: PathTree
    private let liberal: PathTree
    /// No DNS name is longer, so that a long Host costs no more than a short one.
    private static let longestHost = 254

    /// Makes the table.
    public init(_ routes: [RouteSettings]) {
        self.routes = routes
        rewrites = routes.map(TargetRewrite.init(route:))
        var roots: [HostPattern?: Int32] = [:]
        for route in routes where roots[route.host] == nil { roots[route.host] = Int32(roots.count) }
        var hosts: [(scope: Int32, bytes: [UInt8], value: Int32)] = []
        var wildcards: [(scope: Int32, bytes: [UInt8], value: Int32)] = []
        for (host, root) in roots {
            switch host {
            case .exact(let name): hosts.append((0, Array(name.utf8), root))
            case .wildcard(let suffix): wildcards.append((0, Array(suffix.utf8), root))
            case nil: break
            }
        }
        self.hosts = ByteTable(hosts)
        self.wildcards = ByteTable(wildcards)
        anyHost = roots[nil] ?? -1

        let criteria = routes.map(RouteCriteria.init)
        let rank = { (left: Int, right: Int) in Self.precedes(routes[left], left, routes[right], right) }
        func tree(_ read: (PathPattern.Segment) -> [[UInt8]?]) -> PathTree {
            let entries = routes.map { route in
                PathTree.Entry(
                    root: roots[route.host] ?? 0,
                    segments: route.path.segments.flatMap(read),
                    matchesBelow: route.path.matchesBelow
                )
            }
            return PathTree(entries, roots: Int32(roots.count), criteria: criteria, rank: rank)
        }
        plain = tree(Self.plainly)
        liberal = tree(Self.liberally)
    }

    /// The index of the most specific route that matches a request; nil: none does.
    ///
    /// Nothing is allocated.
    ///
    /// - Parameters:
    ///   - host: The host without port, in any case; a dot at its end is ignored.
    ///   - path: The path, in a normal form of `HTTP.NormalPath`; `*` is matched by `/*` alone.
    ///   - query: What follows the `?`, else empty.
    ///   - method: The method's name.
    ///   - head: The head whose fields are matched.
    ///   - bytes: What the head's ranges are of.
    public func match(
        host: Span<UInt8>,
        path: Span<UInt8>,
        query: Span<UInt8>,
        method: Span<UInt8>,
        head: RequestHead,
        bytes: Span<UInt8>
    ) -> Int? {
        let route = search(plain, host, path, query, method, head, bytes)
        return route < 0 ? nil : Int(route)
    }

    /// The methods of the routes that match in all but the method, for the `Allow` of a 405; empty: a 404 is right.
    public func pathExistsWithOtherMethod(
        host: Span<UInt8>,
        path: Span<UInt8>,
        query: Span<UInt8>,
        head: RequestHead,
        bytes: Span<UInt8>
    ) -> [String] {
        var found: [Int] = []
        forEachRoot(host) { root in
            plain.collect(root: root, path: path, query: query, head: head, bytes: bytes, into: &found)
            return false
        }
        var methods: [String] = []
        for method in found.flatMap({ routes[$0].methods }) {
            for name in method == "GET" ? ["GET", "HEAD"] : [method] where !methods.contains(name) {
                methods.append(name)
            }
        }
        return methods.sorted()
    }

    /// Chooses the route of a request, or says why there is none (rule T5).
    ///
    /// A plain path is matched once, without allocation. Any other is read as it is and in both normal forms, and in
    /// between where it has more than escapes; unless all readings choose the same route and lead to the same upstream
    /// path, the request is refused.
    ///
    /// - Parameters:
    ///   - path: The path as it came; empty (an absolute-form target without one) counts as `/`.
    ///   - scratch: Memory for the normal forms.
    public func decide(
        host: Span<UInt8>,
        path: Span<UInt8>,
        query: Span<UInt8>,
        method: Span<UInt8>,
        head: RequestHead,
        bytes: Span<UInt8>,
        scratch: inout NormalPath
    ) -> RouteDecision {
        if path.isEmpty {
            let root: [1 of UInt8] = [UInt8(ascii: "/")]
            return decidePlainly(host, root.span, query, method, head, bytes)
        }
        // `OPTIONS *`, the one target that is no path (RFC 9112 section 3.2.4).
        if path.count == 1, path[0] == UInt8(ascii: "*") {
            return decidePlainly(host, path, query, method, head, bytes)
        }
        switch scratch.read(path) {
        case .plain: return decidePlainly(host, path, query, method, head, bytes)
        case .refused: return .ambiguousPath
        case .normalized: break
        }
        let raw = search(plain, host, path, query, method, head, bytes)
        let conservative = search(plain, host, scratch.conservative.span, query, method, head, bytes)
        let aggressive = search(liberal, host, scratch.aggressive.span, query, method, head, bytes)
        guard raw == conservative, raw == aggressive else { return .ambiguousPath }
        guard raw >= 0 else { return withoutRoute(host, path, query, head, bytes) }
        let rewrite = rewrites[Int(raw)]
        guard rewrite.isIdentity || rewrite.keepsMeaning(of: path, scratch) else { return .ambiguousPath }
        let peculiarities = PathReading.peculiarities(of: path)
        guard peculiarities.isManifold else { return .matched(Int(raw)) }
        var reading: [UInt8] = []
        let isOne = peculiarities.allReadings { way in
            way.write(path, into: &reading)
            let plainly = search(plain, host, reading.span, query, method, head, bytes)
            // A route's own path may hold escapes, which some readings decode.
            guard plainly == raw || search(liberal, host, reading.span, query, method, head, bytes) == raw else {
                return false
            }
            return rewrite.isIdentity || rewrite.keepsMeaning(of: path, read: way)
        }
        return isOne ? .matched(Int(raw)) : .ambiguousPath
    }

    // MARK: Searching

    private func decidePlainly(
        _ host: Span<UInt8>,
        _ path: Span<UInt8>,
        _ query: Span<UInt8>,
        _ method: Span<UInt8>,
        _ head: RequestHead,
        _ bytes: Span<UInt8>
    ) -> RouteDecision {
        let route = search(plain, host, path, query, method, head, bytes)
        return route >= 0 ? .matched(Int(route)) : withoutRoute(host, path, query, head, bytes)
    }

    private func withoutRoute(
        _ host: Span<UInt8>,
        _ path: Span<UInt8>,
        _ query: Span<UInt8>,
        _ head: RequestHead,
        _ bytes: Span<UInt8>
    ) -> RouteDecision {
        let methods = pathExistsWithOtherMethod(host: host, path: path, query: query, head: head, bytes: bytes)
        return methods.isEmpty ? .notFound : .methodNotAllowed(methods)
    }

    private func search(
        _ tree: PathTree,
        _ host: Span<UInt8>,
        _ path: Span<UInt8>,
        _ query: Span<UInt8>,
        _ method: Span<UInt8>,
        _ head: RequestHead,
        _ bytes: Span<UInt8>
    ) -> Int32 {
        let known = Method(method)
        var route: Int32 = -1
        forEachRoot(host) { root in
            route = tree.best(
                root: root,
                path: path,
                query: query,
                method: known,
                name: method,
                head: head,
                bytes: bytes
            )
            return route >= 0
        }
        return route
    }

    /// Visits the roots for a host, the most specific first, until `body` returns true.
    private func forEachRoot(_ host: Span<UInt8>, _ body: (Int32) -> Bool) {
        var count = host.count
        if count > 1, host[count - 1] == UInt8(ascii: ".") { count -= 1 }
        if count > 0, count <= Self.longestHost {
            if !hosts.isEmpty {
                let root = hosts.find(0, host.extracting(0..<count), ignoringCase: true)
                if root >= 0, body(root) { return }
            }
            if !wildcards.isEmpty {
                // The first label is the wildcard's, and is not empty.
                for dot in 1..<max(1, count) where host[dot] == UInt8(ascii: ".") {
                    let root = wildcards.find(0, host.extracting(dot..<count), ignoringCase: true)
                    if root >= 0, body(root) { return }
                }
            }
        }
        if anyHost >= 0 { _ = body(anyHost) }
    }

    // MARK: Building

    /// Whether a route is tried before another of the same host and path.
    private static func precedes(_ left: RouteSettings, _ i: Int, _ right: RouteSettings, _ j: Int) -> Bool {
        let a = (left.methods.isEmpty ? 1 : 0, -left.headers.count, -left.query.count, i)
        let b = (right.methods.isEmpty ? 1 : 0, -right.headers.count, -right.query.count, j)
        return a < b
    }

    private static func plainly(_ segment: PathPattern.Segment) -> [[UInt8]?] {
        if case .literal(let text) = segment { [Array(text.utf8)] } else { [nil] }
    }

    /// A segment as the most liberal origin reads it: `a%2Fb` is two.
    private static func liberally(_ segment: PathPattern.Segment) -> [[UInt8]?] {
        guard case .literal(let text) = segment else { return [nil] }
        let path = [UInt8(ascii: "/")] + Array(text.utf8)
        var normal = NormalPath()
        guard case .normalized = normal.read(path.span) else { return [Array(text.utf8)] }
        return normal.aggressive.dropFirst()
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { Array($0) }
    }
}
