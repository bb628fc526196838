import HTTP
import Proxy
import Testing

@Suite struct RoutingExplanationTests {
    private static let file = """
        listen: [{ address: "127.0.0.1:0" }]
        session_cookies: [PHPSESSID]
        sessions:
          browser: { secret: 0123456789abcdef0123456789abcdef, expose: { X-User-Id: user_id }, trusted_origins: ["https://ok.example"] }
        upstreams:
          app: { servers: ["http://127.0.0.1:3000"] }
        routes:
          - path: /*
            upstream: app
            session: browser
          - host: example.com
            path: /api/*
            methods: [GET, POST]
            upstream: app
            strip_prefix: /api
            add_prefix: /v1
            max_body: 1MiB
            request_headers: { set: { Authorization: "Basic c2VjcmV0" }, add: { X-A: b }, remove: [Accept] }
          - path: /old/*
            redirect: { to: "/new/*", status: 308 }
          - path: /only
            methods: [DELETE]
            upstream: app
          - path: /healthz
            respond: { body: ok }
        """

    private func explain(_ method: String, _ url: String, _ headers: [String] = []) throws -> String {
        guard case .settings(let settings, _) = RouteFile.read(Self.file, file: "f", environment: [:]) else {
            throw Routing.Unreadable(text: Self.file)
        }
        return Explanation(ExplainedRequest(method: method, url: url, headers: headers), settings: settings, file: "f")
            .text
    }

    @Test func `tells the whole way of a request on a Null route`() throws {
        let text = try explain(
            "GET",
            "http://example.com/api/users?x=1",
            ["Cookie: a=1; PHPSESSID=2; _gateway_session=3", "X-Session: {}", "X_Session_Id: 1"]
        )
        #expect(
            text
                == """
                GET http://example.com/api/users?x=1

                Route       GET,POST example.com/api/*   (f:11)
                Upstream    app: http://127.0.0.1:3000
                Target      /v1/users?x=1   (strip_prefix /api, add_prefix /v1)
                Session     Null: no session is opened, and none is ever issued
                Cookies     cut out, both ways: _gateway_session, _gateway_session_flash, PHPSESSID
                            in this request: PHPSESSID, _gateway_session
                Adds        X-Session-Policy: null
                Removes     X-Session, X_Session_Id
                Request     removes Accept
                            sets Authorization: ***
                            adds X-A: b
                Body        at most 1MiB, else 413
                Timeouts    connect 5s, first byte 1m, between bytes 1m

                Not chosen
                  f:8   /*           matches, but takes any host; the chosen one names it
                  f:19  /old/*       the path is not `/old/*`
                  f:21  DELETE /only the path is not `/only`
                  f:24  /healthz     the path is not `/healthz`

                """.replacing("DELETE /only the", with: "DELETE /only  the").replacing(
                    "/*           matches",
                    with: "/*            matches"
                )
                .replacing("/old/*       the", with: "/old/*        the").replacing(
                    "/healthz     the",
                    with: "/healthz      the"
                )
        )
    }

    @Test func `tells the whole way of a request on a cookie route`() throws {
        let text = try explain(
            "POST",
            "https://example.com/cart",
            ["Origin: https://evil.example", "X-User-Id: 1", "Accept: text/html"]
        )
        #expect(text.contains("Route       /*   (f:8)"))
        #expect(text.contains("Target      /cart   (as it came)"))
        #expect(text.contains("Session     browser: a cookie session, _gateway_session and _gateway_session_flash"))
        #expect(text.contains("X-User-Id: the session's `user_id`, if there is one"))
        #expect(text.contains("Removes     X-User-Id"))
        #expect(text.contains("X-Flash, if there are messages: this is a page request"))
        #expect(text.contains("CSRF        refused with 403: Origin https://evil.example is not this host"))
    }

    @Test func `tells that an upgrade is offered, and that it counts as a write`() throws {
        let headers = ["Connection: Upgrade", "Upgrade: websocket", "Origin: https://evil.example"]
        let text = try explain("GET", "https://example.com/cart", headers)
        #expect(text.contains("Upgrade     offered\n"))
        #expect(text.contains("CSRF        refused with 403: Origin https://evil.example is not this host"))
        #expect(try !explain("GET", "https://example.com/cart", []).contains("Upgrade  "))
    }

    @Test(
        arguments: [
            ("GET", [], "passes: GET is a safe method"),
            ("POST", [], "passes: no Sec-Fetch-Site and no Origin, so this is no browser"),
            ("POST", ["Sec-Fetch-Site: cross-site"], "refused with 403: Sec-Fetch-Site is cross-site"),
            ("POST", ["Sec-Fetch-Site: same-origin"], "passes: Sec-Fetch-Site is same-origin"),
            (
                "POST", ["Sec-Fetch-Site: cross-site", "Origin: https://ok.example"],
                "passes: https://ok.example is a trusted origin"
            ),
            ("POST", ["Origin: http://a.example"], "passes: Origin is this host"),
            (
                "POST", ["Sec-Fetch-Site: same-origin", "Origin: https://evil.example"],
                "passes: Sec-Fetch-Site is same-origin"
            ),
            ("POST", ["Sec-Fetch-Site: CROSS-SITE"], "refused with 403: Sec-Fetch-Site is cross-site"),
            ("POST", ["Origin: http://a.example:80"], "passes: Origin is this host"),
            ("DELETE", ["Origin: null"], "refused with 403: Origin null is not this host"),
        ] as [(String, [String], String)]
    )
    func `gives the verdict on a cross-site write`(method: String, headers: [String], verdict: String) throws {
        #expect(try explain(method, "http://a.example/", headers).contains("CSRF        \(verdict)\n"))
    }

    @Test(arguments: [
        ("GET", "/old/a?b", "Answer      308, Location: /new/a?b"),
        ("GET", "/healthz", "Answer      200, 2 bytes of text/plain; charset=utf-8"),
        ("GET", "/%68ealthz", "Answer      400: the path can be read in more than one way"),
        ("GET", "/x\\y", "Answer      400: the path can be read"),
        ("CONNECT", "h:80", "Answer      405: CONNECT refused"),
        ("GET", "http://a b/", "Answer      400: "),
    ])
    func `tells what the gateway answers by itself`(method: String, url: String, answer: String) throws {
        #expect(try explain(method, url).contains(answer))
    }

    @Test(arguments: [
        (["Accept: text/html"], true), (["Accept: x/text/html"], false), (["Sec-Fetch-Mode: NAVIGATE"], true),
        (["Accept: text/html", "Sec-Fetch-Dest: empty"], false),
    ])
    func `tells a page request as the gateway does`(headers: [String], isPage: Bool) throws {
        #expect(try explain("GET", "/", headers).contains("no X-Flash: this is not a page request") != isPage)
    }

    @Test(arguments: ["X_Forwarded_For: 1", "X_User_Id: 1"])
    func `a field name that the gateway refuses is a 400`(header: String) throws {
        let text = try explain("GET", "/", [header])
        #expect(text.contains("Answer      400: a field name is another spelling of one the gateway owns"))
    }

    @Test func `a head that the file's limits refuse is refused here too`() {
        var limits = HeadLimits()
        limits.requestLine = 256
        let url = "/" + String(repeating: "a", count: 300)
        #expect(ExplainedRequest(method: "GET", url: url, headers: [], limits: limits).refusal?.status == 414)
        #expect(ExplainedRequest(method: "GET", url: url, headers: []).refusal == nil)
    }

    @Test func `a request no route takes is a 404 with the reason of each route`() throws {
        let sketches: [Routing.Sketch] = [
            .init("/a", headers: [("X-A", "1")]), .init("/b", query: [("q", nil)]), .init("/c", methods: ["PUT"]),
        ]
        let settings = try Routing.settings(sketches)
        let text = Explanation(ExplainedRequest(method: "GET", url: "/a", headers: []), settings: settings, file: "f")
            .text
        #expect(text.contains("Answer      404: no route matches"))
        #expect(text.contains("no field `X-A: 1`"))
        let other = Explanation(ExplainedRequest(method: "GET", url: "/c", headers: []), settings: settings, file: "f")
            .text
        #expect(other.contains("Answer      405: no route takes the method; Allow: PUT"))
        #expect(other.contains("the method is not PUT"))
    }

    @Test(arguments: [
        ("/x/../only", ["as it came: /x/../only   → /*", "also reads: /only   → DELETE /only"]),
        ("/a/b;c/..//../old/y", ["→ /*", "→ /old/*"]),
    ])
    func `an ambiguous path is shown as others read it`(path: String, rows: [String]) throws {
        let text = try explain("DELETE", path)
        #expect(text.contains("Answer      400"))
        for row in rows { #expect(text.contains(row), "\(text)") }
    }

    @Test func `an explanation never shows a secret`() throws {
        for url in ["http://example.com/api/x", "/", "/old/x", "/x"] {
            let text = try explain("GET", url)
            #expect(!text.contains("0123456789abcdef") && !text.contains("c2VjcmV0"))
        }
    }
}
