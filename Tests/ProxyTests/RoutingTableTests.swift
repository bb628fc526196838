import HTTP
import Proxy
import Testing

@Suite struct RoutingTableTests {
    /// Routes in an order that is the reverse of their rank.
    private static let ranked: [Routing.Sketch] = [
        .init("/*"),
        .init("/a/*"),
        .init("/a/{x}/*"),
        .init("/a/{x}"),
        .init("/a/b/*"),
        .init("/a/b"),
        .init("/a/b", query: [("q", nil)]),
        .init("/a/b", headers: [("X-A", nil)]),
        .init("/a/b", headers: [("X-A", "1"), ("X-B", nil)]),
        .init("/a/b", methods: ["GET"]),
        .init("/*", host: "*.example.com"),
        .init("/*", host: "*.www.example.com"),
        .init("/*", host: "a.www.example.com"),
    ]

    @Test(
        arguments: [
            ("GET", "http://h/", [], 0), ("GET", "http://h/ax", [], 0), ("GET", "http://h/a", [], 1),
            ("GET", "http://h/a/", [], 1),
            ("GET", "http://h/a/c/d", [], 2), ("GET", "http://h/a/c/", [], 2), ("GET", "http://h/a/c", [], 3),
            ("GET", "http://h/a/b/c", [], 4), ("POST", "http://h/a/b/", [], 4), ("POST", "http://h/a/b", [], 5),
            ("POST", "http://h/a/b?q", [], 6), ("POST", "http://h/a/b?q=1", ["X-A: 2"], 7),
            ("POST", "http://h/a/b", ["x-a: 1", "X-B: 3"], 8), ("GET", "http://h/a/b?q=1", ["X-A: 1", "X-B: 3"], 9),
            ("HEAD", "http://h/a/b?q=1", ["X-A: 1", "X-B: 3"], 9), ("GET", "http://x.example.com/a/b", [], 10),
            ("GET", "http://x.y.example.com/", [], 10), ("GET", "http://x.www.example.com/", [], 11),
            ("GET", "http://a.www.example.com/a/b", [], 12), ("GET", "http://A.WWW.Example.COM.:8080/", [], 12),
            ("GET", "http://example.com/", [], 0), ("GET", "http://www.example.com/", [], 10), ("OPTIONS", "*", [], 0),
        ] as [(String, String, [String], Int)]
    )
    func `the most specific route wins`(method: String, url: String, headers: [String], index: Int) throws {
        #expect(try Routing.decide(try Routing.table(Self.ranked), method, url, headers) == .matched(index))
    }

    @Test(arguments: [
        ("/api/*", "/api", true), ("/api/*", "/api/", true), ("/api/*", "/api/x/y", true), ("/api/*", "/apix", false),
        ("/api/*", "/ap", false), ("/api/*", "/API", false), ("/api", "/api/", false), ("/api/", "/api", false),
        ("/api/", "/api/", true), ("/u/{id}", "/u/1", true), ("/u/{id}", "/u/", false), ("/u/{id}", "/u", false),
        ("/u/{id}", "/u/1/", false), ("/u/{id}", "/u/1/2", false), ("/u/{id}/", "/u/1/", true),
        ("/u/{id}/*", "/u/1", true),
        ("/u/{id}/*", "/u/1/", true), ("/u/{id}/*", "/u/", false), ("/{a}/x/{b}", "/1/x/2", true),
        ("/{a}/x/{b}", "/1/y/2", false),
        ("/", "/", true), ("/", "/a", false), ("/{a}", "/", false), ("/é", "/%C3%A9", true),
        ("/a b/*", "/a%20b/c", true),
        ("/a%2Fb", "/a%2Fb", true),
    ])
    func `a path matches on whole segments`(pattern: String, path: String, matches: Bool) throws {
        let table = try Routing.table([.init(pattern)])
        #expect(try Routing.decide(table, "GET", path) == (matches ? .matched(0) : .notFound))
    }

    @Test(arguments: [
        ("/adm|x/*", "/adm|x/1", RouteDecision.ambiguousPath), ("/adm|x/*", "/adm%7cx/1", .ambiguousPath),
        ("/adm|x/*", "/adm%7Cx/1", .matched(1)), ("/adm|x/*", "/other|x", .matched(0)),
        ("/a[b]", "/a[b]", .ambiguousPath), ("/a%5Bb%5D", "/a%5Bb%5D", .matched(1)), ("/A%21", "/A!", .matched(1)),
        ("/A%21", "/A%21", .ambiguousPath), ("/a%40b", "/a@b", .matched(1)), ("/a%3Bb", "/a;b", .ambiguousPath),
    ])
    func `T5 no spelling of a path goes past its route`(pattern: String, path: String, decision: RouteDecision) throws {
        #expect(try Routing.decide(try Routing.table([.init("/*"), .init(pattern)]), "GET", path) == decision)
    }

    @Test func `a host without a matching route leaves the request to the next host`() throws {
        let table = try Routing.table([
            .init("/a", host: "www.example.com"), .init("/b", host: "*.example.com"), .init("/c"),
        ])
        #expect(try Routing.decide(table, "GET", "http://www.example.com/a") == .matched(0))
        #expect(try Routing.decide(table, "GET", "http://www.example.com/b") == .matched(1))
        #expect(try Routing.decide(table, "GET", "http://www.example.com/c") == .matched(2))
        #expect(try Routing.decide(table, "GET", "http://example.com/b") == .notFound)
        #expect(try Routing.decide(table, "GET", "http://www.example.com/d") == .notFound)
    }

    @Test func `only named hosts are served where no route is for any host`() throws {
        let table = try Routing.table([.init("/*", host: "[::1]"), .init("/*", host: "a.example")])
        #expect(try Routing.decide(table, "GET", "http://[::1]:8080/") == .matched(0))
        #expect(try Routing.decide(table, "GET", "http://b.example/") == .notFound)
        #expect(try Routing.decide(table, "GET", "http://a.example.b.example/") == .notFound)
    }

    @Test func `a very long host is matched by routes for any host alone`() throws {
        let table = try Routing.table([.init("/*", host: "*.example.com"), .init("/*")])
        let long = String(repeating: "a.", count: 2000) + "example.com"
        #expect(try Routing.decide(table, "GET", "/", ["Host: \(long)"]) == .matched(1))
    }

    @Test func `only the method missing is a 405 with what is allowed`() throws {
        let table = try Routing.table([
            .init("/a", methods: ["GET"]), .init("/a", methods: ["POST", "PURGE"]), .init("/{x}", methods: ["DELETE"]),
            .init("/a", methods: ["PUT"], headers: [("X-A", nil)]), .init("/a", host: "b.example", methods: ["PATCH"]),
        ])
        #expect(
            try Routing.decide(table, "PUT", "/a") == .methodNotAllowed(["DELETE", "GET", "HEAD", "POST", "PURGE"])
        )
        #expect(try Routing.decide(table, "PUT", "/a", ["X-A: 1"]) == .matched(3))
        #expect(try Routing.decide(table, "PURGE", "/a") == .matched(1))
        #expect(try Routing.decide(table, "PURG", "/b") == .methodNotAllowed(["DELETE"]))
        #expect(try Routing.decide(table, "PUT", "/a/b") == .notFound)
    }

    @Test func `HEAD goes to the route that names it before one that names GET`() throws {
        let table = try Routing.table([.init("/a", methods: ["GET"]), .init("/a", methods: ["HEAD"]), .init("/a")])
        #expect(try Routing.decide(table, "HEAD", "/a") == .matched(1))
        #expect(try Routing.decide(table, "GET", "/a") == .matched(0))
        #expect(try Routing.decide(table, "POST", "/a") == .matched(2))
    }

    @Test(arguments: [
        ("a=1", true), ("b=2&a=1", true), ("a=2&a=1", true), ("%61=%31", true), ("a=1&", true), ("&&a=1", true),
        ("a=2", false), ("a", false), ("aa=1", false), ("a=11", false), ("", false), ("a=1=1", false), ("a%3D1", false),
    ])
    func `a query parameter is compared after decoding`(query: String, matches: Bool) throws {
        let table = try Routing.table([.init("/", query: [("a", "1")])])
        #expect(try Routing.decide(table, "GET", "/?\(query)") == (matches ? .matched(0) : .notFound))
    }

    @Test func `a plus in a query is a space`() throws {
        let table = try Routing.table([.init("/", query: [("a", "x y")])])
        #expect(try Routing.decide(table, "GET", "/?a=x+y") == .matched(0))
        #expect(try Routing.decide(table, "GET", "/?a=x%20y") == .matched(0))
        #expect(try Routing.decide(table, "GET", "/?a=x%2By") == .notFound)
    }

    @Test func `a header matches by its whole value in any of its lines`() throws {
        let table = try Routing.table([.init("/", headers: [("X-A", "b")])])
        #expect(try Routing.decide(table, "GET", "/", ["x-A: a", "X-a:  b "]) == .matched(0))
        #expect(try Routing.decide(table, "GET", "/", ["X-A: B"]) == .notFound)
        #expect(try Routing.decide(table, "GET", "/", ["X-A: a, b"]) == .notFound)
    }

    @Test func `routes of the same rank go by the order of the file`() throws {
        let routes: [Routing.Sketch] = [.init("/", headers: [("X-B", nil)]), .init("/", headers: [("X-A", nil)])]
        #expect(try Routing.decide(try Routing.table(routes), "GET", "/", ["X-A: 1", "X-B: 1"]) == .matched(0))
        #expect(
            try Routing.decide(try Routing.table(routes.reversed()), "GET", "/", ["X-A: 1", "X-B: 1"]) == .matched(0)
        )
    }

    @Test func `a thousand routes are each found`() throws {
        let sketches = (0..<1000).map { index -> Routing.Sketch in
            switch index % 4 {
            case 0: .init("/service\(index)/*")
            case 1: .init("/api/v1/resource\(index)/{id}")
            case 2: .init("/exact/\(index)")
            default: .init("/*", host: "host\(index).example")
            }
        }
        let table = try Routing.table(sketches)
        for index in 0..<1000 {
            let url =
                switch index % 4 {
                case 0: "/service\(index)/x"
                case 1: "/api/v1/resource\(index)/42"
                case 2: "/exact/\(index)"
                default: "http://host\(index).example/x"
                }
            #expect(try Routing.decide(table, "GET", url) == .matched(index))
        }
        #expect(try Routing.decide(table, "GET", "/service1000/x") == .notFound)
    }
}
