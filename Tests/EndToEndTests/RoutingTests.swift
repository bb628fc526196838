import Testing

/// DESIGN 6: which route a request takes, and what the route does to it.
struct RoutingTests {
    private static let table = """
        - { path: /exact, upstream: app, request_headers: { set: { X-Route: exact } } }
        - { path: /exact/*, upstream: app, request_headers: { set: { X-Route: prefix } } }
        - { path: /exact/deep/*, upstream: app, request_headers: { set: { X-Route: deep } } }
        - { path: "/users/{id}", upstream: app, request_headers: { set: { X-Route: user } } }
        - { path: /users/me, upstream: app, request_headers: { set: { X-Route: me } } }
        - { path: /m, methods: [POST, PUT], upstream: app, request_headers: { set: { X-Route: m } } }
        - { path: /h, upstream: app, request_headers: { set: { X-Route: h } } }
        - { path: /h, headers: { X-Beta: "1" }, upstream: app, request_headers: { set: { X-Route: h-beta } } }
        - { path: /q, upstream: app, request_headers: { set: { X-Route: q } } }
        - { path: /q, query: { v: "2" }, upstream: app, request_headers: { set: { X-Route: q2 } } }
        - { host: api.example, path: /*, upstream: app, request_headers: { set: { X-Route: host } } }
        - { host: "*.example", path: /*, upstream: app, request_headers: { set: { X-Route: wildcard } } }
        """

    private func withTable(_ body: (GatewayProcess, ScriptedOrigin) throws -> Void) throws {
        let origin = try ScriptedOrigin.responding(ok())
        let file = """
            listen: [{ address: "127.0.0.1:0" }]
            workers: 1
            upstreams: { app: { servers: ["\(origin.url)"] } }
            routes:
            \(Self.table)
            """
        try withGateway(file) { try body($0, origin) }
    }

    @Test(arguments: [
        ("/exact", "test", "exact"), ("/exact/", "test", "prefix"), ("/exact/x", "test", "prefix"),
        ("/exact/deep/x", "test", "deep"),
        ("/exact/deepx", "test", "prefix"), ("/users/7", "test", "user"), ("/users/me", "test", "me"),
        ("/q?v=2", "test", "q2"),
        ("/q?v=3", "test", "q"), ("/q", "test", "q"), ("/q?a&v=2", "test", "q2"), ("/anything", "api.example", "host"),
        ("/exact", "api.example", "host"), ("/x", "a.b.example", "wildcard"), ("/x", "API.example:80", "host"),
        ("/exact?q", "test", "exact"),
    ])
    func `the most specific route wins`(_ target: String, _ host: String, _ expected: String) throws {
        try withTable { gateway, origin in
            let response = try gateway.connect().exchange("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(response.status == 200)
            #expect(try origin.lastRequest().fields("x-route") == [expected])
        }
    }

    @Test func `a header match beats none`() throws {
        try withTable { gateway, origin in
            _ = try gateway.get("/h", "X-Beta: 1\r\n")
            _ = try gateway.get("/h", "X-Beta: 2\r\n")
            #expect(origin.requests.map { $0.field("x-route") } == ["h-beta", "h"])
        }
    }

    @Test func `no route is 404, and nothing is proxied that was not declared`() throws {
        try withTable { gateway, origin in
            for target in ["/", "/nothing", "/exac", "/exactly", "/users", "/users/", "/users/1/2", "/EXACT"] {
                let response = try gateway.get(target)
                #expect(response.status == 404, "\(target)")
                #expect(response.field("content-type")?.hasPrefix("text/plain") == true)
            }
            #expect(try gateway.connect().exchange("GET /exact HTTP/1.1\r\nHost: example\r\n\r\n").status == 200)
            #expect(origin.requests.count == 1)
        }
    }

    @Test func `a method no route takes is 405 with what is allowed`() throws {
        try withTable { gateway, origin in
            let response = try gateway.get("/m")
            #expect(response.status == 405)
            let allowed = response.fields("allow").joined(separator: ",").split(separator: ",").map {
                $0.filter { $0 != " " }
            }
            #expect(Set(allowed) == ["POST", "PUT"])
            #expect(origin.requests.isEmpty)
            #expect(try gateway.connect().post("/m").status == 200)
        }
    }

    @Test func `HEAD goes where GET goes`() throws {
        try withProxy(routes: "- { path: /only, methods: [GET], upstream: app }") { gateway, _ in
            let response = try gateway.connect().exchange("HEAD /only HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(response.status == 200)
        }
    }

    @Test func `a redirect carries what the star matched, and the query`() throws {
        let routes = """
            - { path: /old/*, redirect: { to: "/new/*", status: 308 } }
            - { path: /moved, redirect: { to: "https://other.example/here", status: 301 } }
            """
        try withProxy(routes: routes) { gateway, origin in
            let client = try gateway.connect()
            let old = try client.get("/old/a/b?c=d")
            #expect(old.status == 308)
            #expect(old.field("location") == "/new/a/b?c=d")
            let moved = try client.get("/moved")
            #expect(moved.status == 301)
            #expect(moved.field("location") == "https://other.example/here")
            for target in ["/old//evil.example", "/old/%0d%0aX-Evil:1", "/old/..//evil"] {
                let response = try client.get(target)
                #expect(!response.has("x-evil"))
                #expect(response.field("location")?.hasPrefix("/new/") ?? true, "\(target)")
            }
            #expect(origin.requests.isEmpty)
        }
    }

    @Test func `a redirect never leads to another host by what the star matched`() throws {
        try withProxy(routes: "- { path: /old/*, redirect: { to: \"/*\", status: 302 } }") { gateway, _ in
            let client = try gateway.connect()
            #expect(try client.get("/old/a").field("location") == "/a")
            for target in [
                "/old//evil.example", "/old//evil.example/x?y", "/old/%2fevil.example", "/old/%5cevil.example",
                "/old/;//evil",
            ] {
                let response = try client.get(target)
                let location = response.field("location") ?? "/"
                #expect(response.status == 400 || !location.hasPrefix("//"), "\(target): \(location)")
            }
        }
    }

    @Test func `a fixed answer needs no upstream, and reads the body it does not want`() throws {
        try withProxy(routes: "- { path: /healthz, respond: { status: 200, body: \"ok\" } }") { gateway, origin in
            let client = try gateway.connect()
            let response = try client.get("/healthz")
            #expect(response.status == 200 && response.text == "ok")
            #expect(try client.exchange("HEAD /healthz HTTP/1.1\r\nHost: test\r\n\r\n").field("content-length") == "2")
            #expect(try client.post("/healthz", body: "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n").text == "ok")
            #expect(try client.get("/next").status == 200)
            #expect(origin.targets == ["/next"])
        }
    }

    @Test func `prefixes are cut off and put on in whole segments`() throws {
        let routes = """
            - { path: /api/*, upstream: app, strip_prefix: /api }
            - { path: /v2/*, upstream: app, strip_prefix: /v2, add_prefix: /internal/v2 }
            - { path: /add/*, upstream: app, add_prefix: /x }
            """
        try withProxy(routes: routes) { gateway, origin in
            for (target, expected) in [
                ("/api/a?b", "/a?b"), ("/api/", "/"), ("/api", "/"), ("/v2/a%20b/", "/internal/v2/a%20b/"),
                ("/add/a", "/x/add/a"),
                ("/apis/a", "/apis/a"), ("/v2", "/internal/v2"),
            ] {
                let response = try gateway.get(target)
                #expect(response.status == 200, "\(target)")
                let seen = try origin.lastRequest().target
                #expect(seen == expected || (target == "/v2" && seen == "/internal/v2/"), "\(target)")
            }
        }
    }

    @Test func `headers are set, added and removed as the route says`() throws {
        let route = """
            request_headers: { set: { X-Set: new }, add: { X-Add: two }, remove: [X-Gone, User-Agent] }
            response_headers: { set: { X-Frame-Options: DENY }, add: { X-Add: two }, remove: [Server, X-Powered-By] }
            """
        let fields =
            "X-Frame-Options: ALLOW\r\nX-Frame-Options: BOTH\r\nX-Add: one\r\nServer: s\r\nx-powered-by: p\r\nX-Kept: k\r\n"
        try withProxy(route: route, answering: { _ in ok("", fields) }) { gateway, origin in
            let response = try gateway.get(
                "/",
                "x-set: old\r\nX-SET: older\r\nX-Add: one\r\nx-gone: 1\r\nUser-Agent: u\r\nX-Kept: k\r\n"
            )
            let seen = try origin.lastRequest()
            #expect(seen.fields("x-set") == ["new"])
            #expect(seen.fields("x-add") == ["one", "two"])
            #expect(!seen.has("x-gone") && !seen.has("user-agent"))
            #expect(seen.fields("x-kept") == ["k"])
            #expect(response.fields("x-frame-options") == ["DENY"])
            #expect(response.fields("x-add") == ["one", "two"])
            #expect(!response.has("server") && !response.has("x-powered-by"))
            #expect(response.fields("x-kept") == ["k"])
        }
    }

    @Test func `sessions keep to their routes`() throws {
        let origin = try ObedientOrigin()
        let file = """
            listen: [{ address: "127.0.0.1:0" }]
            workers: 1
            sessions:
              shop: { name: shop, secret: "${SESSION_SECRET}" }
              admin: { name: admin, secret: "${SESSION_SECRET}", path: /admin }
            upstreams: { app: { servers: ["\(origin.url)"] } }
            routes:
              - { path: /*, upstream: app, session: shop }
              - { path: /admin/*, upstream: app, session: admin }
            """
        try withGateway(file) { gateway in
            var browser = Browser(try gateway.connect(), origin)
            _ = try browser.fetch("/", #"X-Session-Set: {"cart":1}"#)
            _ = try browser.fetch("/admin/", #"X-Session-Set: {"root":true}"#)
            #expect(JSONValue(try browser.fetch("/").session) == ["cart": 1])
            #expect(JSONValue(try browser.fetch("/admin/").session) == ["root": true])
            #expect(try gateway.logLine(target: "/admin/")["policy"] == "admin")
            // One secret for both, and both opened a moment ago: the name still keeps them apart.
            let shop = try #require(browser.jar["shop"])
            let moved = try browser.bare("/admin/", "Cookie: admin=\(shop)\r\n")
            #expect(moved.session == "{}")
            #expect(moved.response.setCookie("admin")?.isDeletion == true)
        }
    }
}
