import Testing

/// Rules T1 to T5: for whom a request is, and that gateway and origin agree on it.
struct HostTargetTests {
    @Test func `T1 a Host that is missing, repeated or invalid is refused`() throws {
        let hosts = [
            "", "Host:\r\n", "Host: a\r\nHost: b\r\n", "Host: test\r\nHost: test\r\n", "Host: a, b\r\n",
            "Host: u@test\r\n",
            "Host: test/path\r\n", "Host: te st\r\n", "Host: test:port\r\n", "Host: test:99999\r\n", "Host: [::1\r\n",
            "Host: test?q\r\n", "Host: test#f\r\n", "Host: http://test\r\n", "Host: te\"st\r\n", "Host: test\\x\r\n",
            "Host: t\u{e4}st\r\n",
        ]
        try withProxy { gateway, origin in
            for host in hosts {
                let client = try gateway.connect()
                let response = try client.exchange("GET / HTTP/1.1\r\n\(host)\r\n")
                #expect(response.status == 400, "\(host.debugDescription)")
            }
            #expect(try gateway.get("/good").status == 200)
            #expect(origin.targets == ["/good"])
        }
    }

    @Test func `T1 a valid Host goes on as it is`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            for host in ["Test.Example:8080", "[::1]:80", "127.0.0.1", "a-b.c_d.example.", "xn--bcher-kva.example"] {
                let response = try client.exchange("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(response.status == 200, "\(host)")
                #expect(try origin.lastRequest().fields("host") == [host])
            }
        }
    }

    @Test func `T2 in absolute form the target's authority replaces Host`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            for (target, host, path) in [
                ("http://other.example/x?y", "other.example", "/x?y"),
                ("http://other.example:81/", "other.example:81", "/"),
                ("http://other.example", "other.example", "/"), ("http://other.example?q", "other.example", "/?q"),
                ("HTTP://other.example/x", "other.example", "/x"),
            ] {
                let response = try client.get(target)
                #expect(response.status == 200, "\(target)")
                let seen = try origin.lastRequest()
                #expect(seen.target == path)
                #expect(seen.fields("host") == [host])
            }
        }
    }

    @Test func `T2 an absolute form that is not for this listener is refused`() throws {
        try withProxy { gateway, origin in
            for target in [
                "https://test/", "ftp://test/", "http:///x", "http://u:p@test/", "http:test/", "test:80", "x",
            ] {
                let response = try gateway.get(target)
                #expect(response.status == 400 || response.status == 421, "\(target)")
            }
            #expect(origin.requests.isEmpty)
        }
    }

    @Test func `T2 routing follows the target's authority, never a Host that differs`() throws {
        let inside = try ScriptedOrigin.responding(ok("inside"))
        let outside = try ScriptedOrigin.responding(ok("outside"))
        try withGateway(hosts(inside.url, outside.url)) { gateway in
            let client = try gateway.connect()
            let absolute = try client.exchange("GET http://public.example/ HTTP/1.1\r\nHost: inside.example\r\n\r\n")
            #expect(absolute.text == "outside")
            #expect(try outside.lastRequest().fields("host") == ["public.example"])
        }
    }

    @Test func `T3 only OPTIONS may ask about the server as a whole`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            #expect(try client.exchange("OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n").status == 200)
            #expect(origin.requests.map(\.startLine) == ["OPTIONS * HTTP/1.1"])
            #expect(try gateway.get("*").status == 400)
            #expect(origin.requests.count == 1)
        }
    }

    @Test func `T3 CONNECT and TRACE are refused`() throws {
        try withProxy { gateway, origin in
            let connect = try gateway.connect().exchange("CONNECT test:443 HTTP/1.1\r\nHost: test:443\r\n\r\n")
            #expect([405, 501, 400].contains(connect.status))
            let trace = try gateway.connect().exchange("TRACE / HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(trace.status == 405)
            #expect(origin.requests.isEmpty)
        }
    }

    @Test func `T4 an unknown authority finds no route`() throws {
        let inside = try ScriptedOrigin.responding(ok("inside"))
        let outside = try ScriptedOrigin.responding(ok("outside"))
        try withGateway(hosts(inside.url, outside.url)) { gateway in
            let client = try gateway.connect()
            for host in ["other.example", "inside.example.evil", "xinside.example", "127.0.0.1", "example"] {
                let response = try client.exchange("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(response.status == 404 || response.status == 421, "\(host)")
            }
            for host in ["INSIDE.example", "inside.example:8080", "inside.example."] {
                #expect(try client.exchange("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").text == "inside", "\(host)")
            }
            #expect(outside.requests.isEmpty)
        }
    }

    @Test func `T5 a path its parts disagree about is refused`() throws {
        try withPublicAndAdmin { gateway, publicOrigin, adminOrigin in
            let client = try gateway.connect()
            for target in [
                "/public/../admin", "/public/%2e%2e/admin", "/public/..%2fadmin", "/public/.%2e/admin/x",
                "/public/%2e%2e%2fadmin",
                "/public/..;/admin", "/public/x/../../admin", "/public/..%5cadmin", "/public/a%00b", "/public/%zz",
                "/public/%4",
                "/public/..\\admin", "/%70ublic/../admin/", "/../admin", "/public/%2e%2e%2f%61dmin",
            ] {
                let response = try client.get(target)
                #expect(response.status == 400, "\(target)")
            }
            #expect(publicOrigin.requests.isEmpty)
            #expect(adminOrigin.requests.isEmpty)
        }
    }

    @Test func `T5 no spelling reaches an origin that would read it as the other's path`() throws {
        let separators = ["/", "//", "%2f", "%2F", "/./", "/%2e/", "\\", "%5c", "/;/", "/;a=b/"]
        let dots = ["..", "%2e%2e", ".%2E", "..;", "..;a", "%252e%252e"]
        let ends = ["admin", "%61dmin", "admin/x", "ADMIN", "admin;x"]
        var targets = [
            "/admin", "/%61dmin", "//admin", "/./admin", "/admin%2f..%2fpublic", "/public%2f", "/public;/x",
            "/PUBLIC/x",
        ]
        for separator in separators {
            for dot in dots {
                for end in ends { targets.append("/public\(separator)\(dot)\(separator)\(end)") }
            }
        }
        try withPublicAndAdmin { gateway, publicOrigin, adminOrigin in
            for target in targets {
                let response = try gateway.get(target)
                #expect([200, 400, 404].contains(response.status), "\(target): \(response.startLine)")
            }
            for target in publicOrigin.targets {
                #expect(Self.liberal(target).hasPrefix("/public"), "\(target) reached the public origin")
            }
            for target in adminOrigin.targets {
                #expect(Self.liberal(target).hasPrefix("/admin"), "\(target) reached the admin origin")
            }
        }
    }

    @Test func `T5 a rewritten path is what was matched`() throws {
        let routes = "- path: /api/*\n  upstream: app\n  strip_prefix: /api"
        try withProxy(routes: routes) { gateway, origin in
            for (target, expected) in [
                ("/api/x?y", "/x?y"), ("/api/", "/"), ("/api", "/"), ("/api/a;b/c", "/a;b/c"), ("/apix", "/apix"),
                ("/api?q", "/?q"),
            ] {
                let response = try gateway.get(target)
                #expect(response.status == 200, "\(target)")
                #expect(try origin.lastRequest().target == expected)
            }
            let before = origin.requests.count
            for target in ["/api%2fx", "/api/../x", "/api/%2e%2e/x"] {
                let response = try gateway.get(target)
                #expect(response.status == 400, "\(target)")
            }
            #expect(origin.requests.count == before)
        }
    }

    /// The path as the most liberal origin may read it.
    private static func liberal(_ target: String) -> String {
        var path = target.lowercased()
        for (escape, character) in [("%2e", "."), ("%2f", "/"), ("%5c", "/"), ("\\", "/"), ("%61", "a"), ("%70", "p")] {
            path = path.split(separator: escape, omittingEmptySubsequences: false).joined(separator: character)
        }
        var segments: [Substring] = []
        for segment in path.split(separator: "/") {
            let name = segment.prefix { $0 != ";" }
            if name == ".." { _ = segments.popLast() } else if !name.isEmpty, name != "." { segments.append(name) }
        }
        return "/" + segments.joined(separator: "/")
    }

    private func hosts(_ inside: String, _ outside: String) -> String {
        """
        listen: [{ address: "127.0.0.1:0" }]
        workers: 1
        upstreams:
          inside: { servers: ["\(inside)"] }
          outside: { servers: ["\(outside)"] }
        routes:
          - { host: inside.example, path: /*, upstream: inside }
          - { host: public.example, path: /*, upstream: outside }
        """
    }

    private func withPublicAndAdmin(_ body: (GatewayProcess, ScriptedOrigin, ScriptedOrigin) throws -> Void) throws {
        let publicOrigin = try ScriptedOrigin.responding(ok("public"))
        let adminOrigin = try ScriptedOrigin.responding(ok("admin"))
        let file = """
            listen: [{ address: "127.0.0.1:0" }]
            workers: 1
            upstreams:
              public: { servers: ["\(publicOrigin.url)"] }
              admin: { servers: ["\(adminOrigin.url)"] }
            routes:
              - { path: /public/*, upstream: public }
              - { path: /admin/*, upstream: admin }
            """
        try withGateway(file) { try body($0, publicOrigin, adminOrigin) }
    }
}
