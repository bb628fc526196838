import HTTP
import Proxy
import Testing

@Suite struct RoutingRewriteTests {
    private func rewritten(_ sketch: Routing.Sketch, _ path: String, _ query: String? = nil) throws -> String {
        let table = try Routing.table([sketch])
        return rewritten(table.rewrites[0], path, query)
    }

    private func rewritten(_ rewrite: TargetRewrite, _ path: String, _ query: String?) -> String {
        var output: [UInt8] = []
        if let query {
            rewrite.rewritten(path: path.utf8Span.span, query: query.utf8Span.span, into: &output)
        } else {
            rewrite.rewritten(path: path.utf8Span.span, query: nil, into: &output)
        }
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [
        ("", "/a/b", "/a/b"), ("strip_prefix: /api", "/api/x", "/x"), ("strip_prefix: /api", "/api", "/"),
        ("strip_prefix: /api", "/api/", "/"), ("strip_prefix: /api", "/api/a%20b//c", "/a%20b//c"),
        ("add_prefix: /v1", "/api/x", "/v1/api/x"), ("add_prefix: /v1", "/", "/v1/"),
        ("add_prefix: /v1/", "/a", "/v1/a"),
        ("strip_prefix: /api\n    add_prefix: /v1", "/api/x", "/v1/x"),
        ("strip_prefix: /api\n    add_prefix: /v1", "/api", "/v1"),
        ("strip_prefix: /api\n    add_prefix: /v1", "/api/", "/v1/"), ("strip_prefix: /", "/api/x", "/api/x"),
        ("", "", "/"), ("", "*", "*"),
        ("add_prefix: /v1", "*", "*"),
    ])
    func `a target is rewritten on whole segments, the rest as it came`(
        extra: String,
        path: String,
        target: String
    ) throws {
        #expect(try rewritten(.init("/api/*", extra: extra), path) == target)
        #expect(try rewritten(.init("/api/*", extra: extra), path, "") == target + "?")
        #expect(try rewritten(.init("/api/*", extra: extra), path, "a=%2F&b") == target + "?a=%2F&b")
    }

    @Test(
        arguments: [
            ("/old/*", "/new/*", "/old/a/b", "x=1", "/new/a/b?x=1"), ("/old/*", "/new/*", "/old", nil, "/new/"),
            ("/old/*", "/new/*", "/old/", nil, "/new/"), ("/old/*", "/new", "/old/a", "x=1", "/new"),
            ("/old", "/new?y=2", "/old", "x=1", "/new?y=2"),
            ("/*", "https://b.example/*", "/a%2Fb", nil, "https://b.example/a%2Fb"),
            ("/old/*", "/*", "/old//evil.example", nil, "/evil.example"),
            ("/old/*", "/*", "/old///evil.example", nil, "/evil.example"),
            ("/u/{id}/*", "/n/*", "/u/7/x/y", nil, "/n/x/y"),
            ("/u/{id}/*", "/n/*", "/u/7", nil, "/n/"),
        ] as [(String, String, String, String?, String)]
    )
    func `a redirect carries over what the path's star matched`(
        pattern: String,
        to: String,
        path: String,
        query: String?,
        location: String
    ) throws {
        let parsed = try Routing.settings([.init(pattern)]).routes[0].path
        let route = RouteSettings(name: "", line: 1, path: parsed, action: .redirect(RedirectSettings(to: to)))
        #expect(rewritten(TargetRewrite(route: route), path, query) == location)
    }

    @Test(arguments: [
        "/api%2Fx", "/api//x", "/api/a%2Fb", "/api/%5cx", "/api/../api/x", "/%61pi/x", "/api/%2e%2e/x", "/api;a/x",
        "/api/..;/x",
        "/api/x%00", "/api/%zz", "/api/..", "/..",
    ])
    func `T5 a path that could leave a stripped prefix is refused`(path: String) throws {
        let table = try Routing.table([.init("/*"), .init("/api/*", extra: "strip_prefix: /api")])
        #expect(try Routing.decide(table, "GET", path) == .ambiguousPath)
    }

    @Test(arguments: [
        "/api/a%20b", "/api/caf%C3%A9", "/api/x/./y", "/api/x;v=1/y", "/api/%7Euser", "/api/x//y", "/api/x/../y",
    ])
    func `a path that every reader takes for the same is not refused`(path: String) throws {
        let table = try Routing.table([.init("/*"), .init("/api/*", extra: "strip_prefix: /api")])
        #expect(try Routing.decide(table, "GET", path) == .matched(1))
    }

    @Test func `where one route takes everything any path that is one passes`() throws {
        let table = try Routing.table([.init("/*")])
        for path in ["/a%2Fb", "/a//b", "/a/../b", "/%2e%2e/x/%41", "/a;b/c", "/a%5Cb", "//x"]
        where path != "/%2e%2e/x/%41" {
            #expect(try Routing.decide(table, "GET", path) == .matched(0), "\(path)")
        }
        #expect(try Routing.decide(table, "GET", "/%2e%2e/x") == .ambiguousPath)
    }

    @Test func `only a route without prefixes is the identity`() throws {
        #expect(try Routing.table([.init("/api/*")]).rewrites[0].isIdentity)
        #expect(try !Routing.table([.init("/api/*", extra: "strip_prefix: /api")]).rewrites[0].isIdentity)
        #expect(try !Routing.table([.init("/api/*", extra: "add_prefix: /api")]).rewrites[0].isIdentity)
    }
}
