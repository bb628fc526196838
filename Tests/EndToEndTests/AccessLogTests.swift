import Testing

/// The access log: one line a request, in three forms, without secrets.
struct AccessLogTests {
    private static let keys: Set<String> = [
        "time", "client", "method", "target", "status", "bytes_in", "bytes_out", "duration_ms", "upstream",
        "upstream_ms", "route", "policy",
        "session", "request_id", "host", "version", "user_agent",
    ]

    @Test func `a JSON line says what happened`() throws {
        try withSessions { gateway, origin, browser in
            _ = try browser.bare(
                "/x?y=1",
                "User-Agent: tester\r\n",
                method: "POST",
                orders: [#"X-Session-Set: {"a":1}"#]
            )
            let line = try gateway.logLine(target: "/x?y=1")
            #expect(line.names.subtracting(["reason"]).isSubset(of: Self.keys))
            #expect(Self.keys.isSubset(of: line.names))
            #expect(line["reason"] == nil)
            #expect(line["client"]?.string?.hasPrefix("127.0.0.1") == true)
            #expect(line["method"] == "POST")
            #expect(line["status"] == 200)
            #expect(line["host"] == "test")
            #expect(line["user_agent"] == "tester")
            #expect(line["policy"] == "browser")
            #expect(line["session"] == "created")
            #expect(line["route"]?.string?.isEmpty == false)
            #expect(line["upstream"]?.string?.isEmpty == false)
            #expect(line["duration_ms"]?.number ?? -1 >= 0)
            #expect(line["bytes_out"]?.number ?? 0 > 0)
            #expect(line["request_id"]?.string == origin.requests.last?.field("x-request-id"))
            #expect(line["time"]?.string?.contains("T") == true)
        }
    }

    @Test func `the session's outcome is named`() throws {
        try withSessions { gateway, _, browser in
            _ = try browser.fetch("/none")
            _ = try browser.fetch("/created", #"X-Session-Set: {"a":1}"#)
            _ = try browser.fetch("/opened")
            _ = try browser.fetch("/changed", #"X-Session-Set: {"a":2}"#)
            _ = try browser.fetch("/renewed", "X-Session-Renew: 1")
            _ = try browser.fetch("/failed", "X-Session-Set: {")
            _ = try browser.fetch("/cleared", "X-Session-Clear: 1")
            _ = try browser.bare("/rejected", "Cookie: \(Browser.cookie)=dead\r\n")
            _ = try browser.fetch("/api/ignored", #"X-Session-Set: {"a":1}"#)
            for outcome in ["none", "created", "opened", "changed", "renewed", "failed", "cleared", "rejected"] {
                #expect(try gateway.logLine(target: "/\(outcome)")["session"] == .string(outcome))
            }
            #expect(try gateway.logLine(target: "/api/ignored")["session"] == "ignored")
        }
    }

    @Test func `no secret, cookie value or session value is ever logged`() throws {
        var secrets = [GatewayProcess.secret, "swordfish", "opensesame", "Basic cGFzcw"]
        var all = ""
        try withSessions { gateway, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"word":"swordfish"}"#, "Set-Cookie: other=opensesame")
            secrets += [try #require(browser.jar[Browser.cookie])]
            _ = try browser.fetch("/", fields: "Authorization: Basic cGFzcw\r\n")
            _ = try browser.bare("/", "Cookie: \(Browser.cookie)=opensesame; b=opensesame\r\n")
            _ = try browser.fetch("/", #"X-Session-Set: {"word":"swordfish" oops"#)
            try gateway.stop()
            all = gateway.log + gateway.accessLog
        }
        #expect(!all.isEmpty)
        for secret in secrets { #expect(!all.contains(secret)) }
    }

    @Test func `control bytes and quotes are escaped, so that no request writes a line of its own`() throws {
        try withProxy { gateway, _ in
            _ = try gateway.get("/q%22%5b\"x", "User-Agent: a\"b\\c\tü\r\n")
            let line = try gateway.logLine { $0["status"] == 200 }
            #expect(line["target"] == "/q%22%5b\"x")
            #expect(line["user_agent"]?.string?.hasPrefix("a\"b\\c\t") == true)
            #expect(gateway.accessLog.split(separator: "\n").count == 1)
            #expect(gateway.accessLog.utf8.allSatisfy { $0 == 0x0a || $0 >= 0x20 })
        }
    }

    @Test func `a refused request is logged with its reason, in one line of JSON`() throws {
        try withProxy { gateway, _ in
            let client = try gateway.connect()
            try client.send("GET /\u{1b}[31m\"\\ HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try client.readResponse().status == 400)
            let line = try gateway.logLine { $0["status"] == 400 }
            #expect(line["reason"]?.string?.isEmpty == false)
            #expect(gateway.accessLog.utf8.allSatisfy { $0 == 0x0a || $0 >= 0x20 })
        }
    }

    @Test func `every line is there when the program has ended`() throws {
        let origin = try ScriptedOrigin.responding(ok())
        let gateway = try GatewayProcess(RouteFiles.null(origin.url))
        let client = try gateway.connect()
        for index in 0..<500 { _ = try client.get("/\(index)") }
        #expect(try gateway.stop() == .status(0))
        let targets = gateway.accessLog.split(separator: "\n").compactMap { JSONValue(String($0))?["target"]?.string }
        #expect(targets == (0..<500).map { "/\($0)" })
    }

    @Test func `combined is the form other tools read`() throws {
        try withProxy(top: "access_log: combined") { gateway, _ in
            _ = try gateway.get("/x?y", "User-Agent: te\"st\r\nReferer: http://r/\r\n")
            try gateway.stop()
            let line = gateway.accessLog
            let form =
                #/127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z][a-z]\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "GET /x\?y HTTP/1\.1" 200 \d+ "http://r/" "te[^\n]*st"[^\n]*\n/#
            #expect(line.wholeMatch(of: form) != nil, "\(line)")
        }
    }

    @Test func `off writes nothing`() throws {
        try withProxy(top: "access_log: off") { gateway, _ in
            _ = try gateway.get("/x")
            try gateway.stop()
            #expect(gateway.accessLog.isEmpty)
        }
    }

    @Test func `an answer of the gateway's own is logged too`() throws {
        try withProxy(routes: "- path: /own\n  respond: { status: 200, body: \"hi\" }") { gateway, _ in
            _ = try gateway.get("/own")
            let line = try gateway.logLine(target: "/own")
            #expect(line["status"] == 200)
            #expect(line["policy"] == "null")
        }
    }

    @Test func `X4 the client behind a trusted proxy is the one the proxy names`() throws {
        try withProxy(top: "trusted_proxies: [127.0.0.0/8]") { gateway, _ in
            _ = try gateway.get("/named", "X-Forwarded-For: 6.6.6.6, 9.9.9.9\r\n")
            #expect(try gateway.logLine(target: "/named")["client"]?.string?.hasPrefix("9.9.9.9") == true)
        }
    }
}
