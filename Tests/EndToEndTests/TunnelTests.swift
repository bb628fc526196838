import Glibc
import Testing

/// Rules S12 and F13: what an upgrade makes of a connection, with raw bytes on both sides.
struct TunnelTests {
    static let handshake = "GET /chat HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    static let switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    /// A tunnel with both of its ends.
    private func withTunnel(
        top: String = "",
        early: String = "",
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, Wire, Wire) throws -> Void
    ) throws {
        try withListener(top: top, sourceLocation: sourceLocation) { gateway, listener in
            let client = try gateway.connect()
            try client.send(Self.handshake + early)
            let origin = try listener.accept()
            _ = try origin.readRequest()
            try origin.send(Self.switched)
            #expect(try client.readHead().status == 101)
            try body(gateway, client, origin)
        }
    }

    @Test func `S12 an upgrade is offered as the gateway's own, and both heads go through`() throws {
        try withListener { gateway, listener in
            let client = try gateway.connect()
            try client.send(
                "GET /chat?a=b HTTP/1.1\r\nHost: test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: h2c, WebSocket, foo/2\r\n"
                    + "TE: trailers\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
            )
            let origin = try listener.accept()
            let request = try origin.readRequest()
            #expect(request.fields("upgrade") == ["WebSocket, foo/2"])
            #expect(request.fields("connection") == ["Upgrade"])
            #expect(request.field("sec-websocket-key") == "dGhlIHNhbXBsZSBub25jZQ==")
            #expect(request.field("sec-websocket-extensions") == "permessage-deflate")
            #expect(request.has("via") && request.field("x-session-policy") == "null")
            try origin.send(
                "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: upgrade, X-Hop\r\nX-Hop: 1\r\nSec-WebSocket-Accept: x\r\n"
                    + "X-Session-Set: {}\r\n\r\n"
            )
            let response = try client.readHead()
            #expect(response.startLine == "HTTP/1.1 101 Go")
            #expect(response.fields("upgrade") == ["websocket"])
            #expect(response.fields("connection") == ["Upgrade"])
            #expect(response.field("sec-websocket-accept") == "x")
            #expect(!response.has("x-hop") && !response.has("x-session-set") && !response.has("content-length"))
        }
    }

    @Test func `S12 after 101 bytes flow both ways as they are`() throws {
        try withTunnel { gateway, client, origin in
            for round in 0..<20 {
                let up = (0..<(round * 700)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ round) }
                try client.send(up)
                #expect(try origin.readExactly(up.count) == up)
                try origin.send("HTTP/1.1 400 no\r\n\r\n\(round)\r\n0\r\n\r\n")
                let down = Array("HTTP/1.1 400 no\r\n\r\n\(round)\r\n0\r\n\r\n".utf8)
                #expect(try client.readExactly(down.count) == down)
            }
            client.close()
            origin.close()
            let line = try gateway.logLine(target: "/chat")
            #expect(line["status"]?.number == 101)
            #expect((line["bytes_in"]?.number ?? 0) > Double((0..<20).reduce(0) { $0 + $1 * 700 }))
            #expect((line["bytes_out"]?.number ?? 0) > 20 * 28)
            #expect(line["reason"] == nil)
        }
    }

    @Test func `F13 what comes with the head is held until the origin has switched`() throws {
        try withListener { gateway, listener in
            let client = try gateway.connect()
            try client.send(Self.handshake + "early")
            let origin = try listener.accept()
            _ = try origin.readRequest()
            try client.send(" bytes")
            #expect(!origin.isReadable(within: .milliseconds(200)))
            try origin.send(Self.switched + "and back")
            #expect(try origin.readExactly(11) == Array("early bytes".utf8))
            #expect(try client.readHead().status == 101)
            #expect(try client.readExactly(8) == Array("and back".utf8))
        }
    }

    @Test func `F13 a client cannot fill the gateway's memory before the origin has switched`() throws {
        try withListener { gateway, listener in
            let client = try gateway.connect()
            try client.send(Self.handshake)
            let origin = try listener.accept()
            _ = try origin.readRequest()
            let before = gateway.child.residentBytes
            let limit = 64 << 20
            let sent = try client.sendUntilBlocked(limit: limit)
            #expect(sent < limit)
            #expect(gateway.child.growth(since: before) < 4 << 20)
            try origin.send(Self.switched)
            #expect(try origin.readExactly(sent).count == sent)
        }
    }

    @Test(arguments: [false, true])
    func `S12 one side's end leaves the other side open`(_ clientFirst: Bool) throws {
        try withTunnel { gateway, client, origin in
            let (first, second) = clientFirst ? (client, origin) : (origin, client)
            try first.send("last words")
            first.shutdownWrite()
            // All that was sent, then the end.
            #expect(try second.readUntilClose() == Array("last words".utf8))
            #expect(second.end == .closed)
            for round in 0..<5 {
                let answer = Array(repeating: UInt8(round), count: 30_000)
                try second.send(answer)
                #expect(try first.readExactly(answer.count) == answer)
            }
            second.shutdownWrite()
            try first.expectClosed()
            #expect(first.end == .closed)
            let line = try gateway.logLine(target: "/chat")
            #expect(line["status"]?.number == 101 && line["reason"] == nil)
        }
    }

    @Test(arguments: [false, true])
    func `S12 what is on its way is delivered before the end, however slow the reader`(_ down: Bool) throws {
        try withTunnel { gateway, client, origin in
            let (sender, reader) = down ? (origin, client) : (client, origin)
            let sent = try sender.sendUntilBlocked(limit: 256 << 20)
            #expect(sent > 1 << 20 && sent < 256 << 20)
            sender.shutdownWrite()
            // The other direction is not held up.
            try reader.send("still here")
            #expect(try sender.readExactly(10) == Array("still here".utf8))
            reader.shutdownWrite()
            #expect(try reader.readUntilClose().count == sent)
            #expect(reader.end == .closed)
        }
    }

    @Test(arguments: [false, true])
    func `a reset on one side of a tunnel is a reset on the other`(_ fromClient: Bool) throws {
        try withTunnel { gateway, client, origin in
            let (gone, left) = fromClient ? (client, origin) : (origin, client)
            try gone.send("x")
            _ = try left.readExactly(1)
            gone.reset()
            _ = try left.readUntilClose()
            #expect(left.end == .reset)
            let line = try gateway.logLine(target: "/chat")
            #expect(line["status"]?.number == 101)
            #expect(line["reason"]?.string?.isEmpty == false)
        }
    }

    @Test func `a tunnel is held back by a slow reader in flat memory`() throws {
        try withTunnel { gateway, client, origin in
            let before = gateway.child.residentBytes
            let sent = try origin.sendUntilBlocked(limit: 256 << 20)
            #expect(sent < 256 << 20)
            #expect(gateway.child.growth(since: before) < 4 << 20)
            // The other direction still goes.
            try client.send("ping")
            #expect(try origin.readExactly(4) == Array("ping".utf8))
            #expect(try client.readExactly(sent).count == sent)
        }
    }

    @Test(arguments: [false, true])
    func `a tunnel of which one side has ended is cut after timeouts.tunnel too`(_ clientFirst: Bool) throws {
        try withTunnel(top: "timeouts: { tunnel: 200ms }") { gateway, client, origin in
            let (ended, silent) = clientFirst ? (client, origin) : (origin, client)
            ended.shutdownWrite()
            #expect(try silent.readUntilClose().isEmpty && silent.end == .closed)
            _ = try ended.readUntilClose()
            #expect(try gateway.logLine(target: "/chat")["reason"]?.string == "timeouts.tunnel")
        }
    }

    @Test func `a tunnel without a byte either way is cut after timeouts.tunnel, a slow one is not`() throws {
        try withTunnel(top: "timeouts: { tunnel: 400ms, send: 100ms, request_body: 100ms, keep_alive: 100ms }") {
            gateway,
            client,
            origin in
            let began = ContinuousClock.now
            for round in 0..<8 {
                let (sender, reader) = round % 2 == 0 ? (client, origin) : (origin, client)
                #expect(!reader.isReadable(within: .milliseconds(150)))
                try sender.send("a")
                _ = try reader.readExactly(1)
            }
            #expect(ContinuousClock.now - began > .milliseconds(1100))
            _ = try client.readUntilClose()
            _ = try origin.readUntilClose()
            let line = try gateway.logLine(target: "/chat")
            #expect(line["reason"]?.string == "timeouts.tunnel")
            #expect(line["status"]?.number == 101)
        }
    }

    @Test func `a tunnel outlives the upstream's own timeouts`() throws {
        try withListener(upstream: "timeouts: { first_byte: 200ms, idle: 200ms }") { gateway, listener in
            let client = try gateway.connect()
            try client.send(Self.handshake)
            let origin = try listener.accept()
            _ = try origin.readRequest()
            try origin.send(Self.switched)
            _ = try client.readHead()
            try client.send("a")
            _ = try origin.readExactly(1)
            #expect(!client.isReadable(within: .milliseconds(600)))
            try origin.send("b")
            #expect(try client.readExactly(1) == Array("b".utf8))
        }
    }

    @Test func `a tunnel is left alone while the gateway drains, and cut at the end of that`() throws {
        let listener = try OriginListener()
        let gateway = try GatewayProcess(RouteFiles.null(listener.url, top: "timeouts: { drain: 600ms }"))
        let idle = try gateway.connect()
        let client = try gateway.connect()
        try client.send(Self.handshake)
        let origin = try listener.accept()
        _ = try origin.readRequest()
        try origin.send(Self.switched)
        _ = try client.readHead()
        gateway.child.signal(SIGTERM)
        try idle.expectClosed()
        try client.send("a")
        #expect(try origin.readExactly(1) == Array("a".utf8))
        _ = try client.readUntilClose()
        #expect(try gateway.child.waitForExit() == .status(0))
        #expect(try gateway.logLine(target: "/chat")["reason"]?.string == "timeouts.drain")
        #expect(gateway.log.contains(#""tunnels":1"#))
    }

    @Test(arguments: [
        ("", "Upgrade: websocket"),  // nobody asked
        ("Connection: Upgrade\r\nUpgrade: websocket\r\n", "Upgrade: other"),
        ("Connection: Upgrade\r\nUpgrade: websocket\r\n", "Upgrade: websocket, other"),
        ("Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n", "Upgrade: h2c"),
        ("Connection: Upgrade\r\nUpgrade: websocket\r\n", "X: no Upgrade at all"),
        ("Connection: keep-alive\r\nUpgrade: websocket\r\n", "Upgrade: websocket"),
    ])
    func `S12 a 101 that was not asked for, or to something else, is 502`(_ fields: String, _ answer: String) throws {
        let script: ScriptedOrigin.Script = { wire in
            _ = try wire.nextRequest()
            try wire.send("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\n\(answer)\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
            _ = try wire.readUntilClose()
        }
        try withProxy(script: script) { gateway, _ in
            let response = try gateway.get("/", fields)
            #expect(response.status == 502)
            #expect(response.field("proxy-status")?.contains("http_protocol_error") == true)
        }
    }

    @Test(arguments: ["TLS/1.2", "h2", "HTTP/2.0", "http/3", "H2C", "h2c-14", "@, web socket"])
    func `F14 HTTP in another version, TLS, and what is no protocol's name are never offered`(_ name: String) throws {
        try withProxy { gateway, origin in
            let response = try gateway.get("/", "Connection: Upgrade\r\nUpgrade: \(name)\r\n")
            #expect(response.status == 200)
            #expect(try !origin.lastRequest().has("upgrade"))
            #expect(try !origin.lastRequest().has("connection"))
        }
    }

    @Test func `an upgrade with a body, of HTTP-1-0, or where the route has none, is an ordinary request`() throws {
        let fields = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
        try withProxy(routes: "- { path: /off, upstream: app, upgrade: false }") { gateway, origin in
            let client = try gateway.connect()
            #expect(try client.post("/body", fields, body: "abc").status == 200)
            #expect(try client.get("/off", fields).status == 200)
            try client.send("GET /old HTTP/1.0\r\nHost: test\r\n\(fields)\r\n")
            #expect(try client.readResponse().status == 200)
            #expect(origin.targets == ["/body", "/off", "/old"])
            #expect(origin.requests.allSatisfy { !$0.has("upgrade") && !$0.has("connection") })
        }
    }

    @Test func `another answer to an upgrade is an ordinary one, and 426 keeps its Upgrade`() throws {
        let answers = [
            "/426":
                "HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c, websocket\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nno",
            "/200": ok("yes", "Upgrade: websocket\r\nConnection: Upgrade\r\n"),
        ]
        try withProxy(answering: { answers[$0.target] ?? ok() }) { gateway, origin in
            let client = try gateway.connect()
            let fields = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            let required = try client.get("/426", fields)
            #expect(required.status == 426 && required.text == "no")
            #expect(required.fields("upgrade") == ["websocket"] && required.fields("connection") == ["Upgrade"])
            let plain = try client.get("/200", fields)
            #expect(plain.status == 200 && plain.text == "yes")
            #expect(!plain.has("upgrade") && !plain.has("connection"))
            #expect(origin.connections == 1)
        }
    }

    @Test(arguments: SessionStores.all)
    func `the session's policy is kept in the handshake`(_ store: String) throws {
        let listener = try OriginListener()
        let file = RouteFiles.session(listener.url, session: "store: \(store)\nexpose: { X-User-Id: user_id }")
        try withGateway(file) { gateway in
            let client = try gateway.connect()
            try client.send("GET /login HTTP/1.1\r\nHost: test\r\n\r\n")
            let origin = try listener.accept()
            _ = try origin.readRequest()
            try origin.send(ok("", "X-Session-Set: {\"user_id\":42}\r\n"))
            let cookie = try #require(try client.readResponse().setCookies.first)
            try client.send(
                "GET /chat HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://test\r\n"
                    + "Cookie: a=b; \(cookie.name)=\(cookie.value)\r\n\r\n"
            )
            let request = try origin.readRequest()
            #expect(request.field("x-session") == "{\"user_id\":42}")
            #expect(request.field("x-user-id") == "42")
            #expect(request.fields("cookie") == ["a=b"])
            try origin.send(
                "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Session-Set: {\"room\":7}\r\n\r\n"
            )
            let response = try client.readHead()
            #expect(response.status == 101 && !response.has("x-session-set"))
            // With a server store the cookie is a token, which stays.
            #expect(response.setCookies.isEmpty == (store != "cookie"))
            let changed = response.setCookies.first ?? cookie
            try client.send("up")
            #expect(try origin.readExactly(2) == Array("up".utf8))
            let next = try gateway.connect()
            try next.send("GET /next HTTP/1.1\r\nHost: test\r\nCookie: \(changed.name)=\(changed.value)\r\n\r\n")
            let second = try listener.accept()
            let seen = try second.readRequest().field("x-session")
            #expect(seen.map { $0.contains("\"room\":7") && $0.contains("\"user_id\":42") } == true)
            try second.send(ok())
            _ = try next.readResponse()
            client.close()
            origin.close()
            #expect(try gateway.logLine(target: "/chat")["session"]?.string == "changed")
        }
    }

    @Test func `changes that cannot be saved turn a 101 into 500, and the origin's connection ends`() throws {
        let listener = try OriginListener()
        try withGateway(RouteFiles.session(listener.url)) { gateway in
            let client = try gateway.connect()
            try client.send(Self.handshake)
            let origin = try listener.accept()
            _ = try origin.readRequest()
            try origin.send(
                "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Session-Set: {no\r\n\r\nhello"
            )
            let response = try client.readResponse()
            #expect(response.status == 500)
            _ = try origin.readUntilClose()
            #expect(origin.end != nil)
        }
    }

    @Test func `a page of another site cannot open a WebSocket on a cookie route`() throws {
        try withSessions(
            route: "csrf: origin",
            routes: "- { path: /off, upstream: app, session: browser, upgrade: false }"
        ) {
            gateway,
            origin,
            _ in
            let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            for evil in ["Origin: https://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n"] {
                let refused = try gateway.get("/chat", upgrade + evil)
                #expect(refused.status == 403)
                // Not offered, it is as harmless as any GET; and Null routes have no session to misuse.
                #expect(try gateway.get("/off", upgrade + evil).status == 200)
                #expect(try gateway.get("/api/chat", upgrade + evil).status == 200)
                #expect(try gateway.get("/chat", evil).status == 200)
            }
            #expect(try gateway.get("/chat", upgrade + "Origin: http://test\r\n").status == 200)
            #expect(try gateway.get("/chat", upgrade).status == 200)
            #expect(origin.requests.filter { $0.target == "/chat" }.count == 4)
        }
    }
}
