import Glibc
import Testing

/// The program's start, listeners, signals and exit codes.
struct LifecycleTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal lets what is in flight finish, takes nothing new, and ends with 0`(_ signal: Int32) throws {
        let listener = try OriginListener()
        let gateway = try GatewayProcess(RouteFiles.null(listener.url))
        let client = try gateway.connect()
        try client.send("GET /flight HTTP/1.1\r\nHost: test\r\n\r\n")
        let wire = try listener.accept()
        _ = try wire.readRequest()
        let idle = try gateway.connect()
        try idle.send("GET /idle HTTP/1.1\r\nHost: test\r\n\r\n")
        let other = try listener.accept()
        _ = try other.readRequest()
        try other.send(ok("idle"))
        #expect(try idle.readResponse().text == "idle")
        gateway.child.signal(signal)
        // The idle connection is closed first, which shows that the signal has arrived.
        try idle.expectClosed()
        #expect(throws: HarnessError.self) { try Wire(to: gateway.endpoints[0]).get() }
        #expect(gateway.child.ended == nil)
        try wire.send(ok("landed"))
        let response = try client.readResponse()
        #expect(response.text == "landed")
        #expect(response.fields("connection").joined().lowercased().contains("close"))
        try client.expectClosed()
        #expect(try gateway.child.waitForExit() == .status(0))
        #expect(gateway.accessLog.contains("/flight"))
    }

    @Test func `what does not finish in the time to drain is cut off`() throws {
        let listener = try OriginListener()
        let gateway = try GatewayProcess(RouteFiles.null(listener.url, top: "timeouts: { drain: 400ms }"))
        let client = try gateway.connect()
        try client.send("GET /stuck HTTP/1.1\r\nHost: test\r\n\r\n")
        let wire = try listener.accept()
        _ = try wire.readRequest()
        gateway.child.signal(SIGTERM)
        let exit = try gateway.child.waitForExit()
        #expect(exit == .status(0))
        try wire.expectClosed()
    }

    @Test func `a stopped gateway with idle connections ends at once`() throws {
        let origin = try ScriptedOrigin.responding(ok())
        let gateway = try GatewayProcess(RouteFiles.null(origin.url))
        let clients = try (0..<10).map { _ in try gateway.connect() }
        for client in clients { #expect(try client.get().status == 200) }
        #expect(try gateway.stop() == .status(0))
    }

    @Test func `it listens on unix sockets and IPv6, several at once`() throws {
        let directory = try TemporaryDirectory()
        let origin = try ScriptedOrigin.responding(ok())
        let file = """
            listen:
              - address: 127.0.0.1:0
              - address: "[::1]:0"
              - address: unix:\(directory.path)/s
            workers: 2
            upstreams: { app: { servers: ["\(origin.url)"] } }
            routes: [{ path: /*, upstream: app }]
            """
        try withGateway(file, listeners: 3) { gateway in
            for (index, endpoint) in gateway.endpoints.enumerated() {
                let response = try gateway.connect(index).get("/")
                #expect(response.status == 200, "\(endpoint)")
            }
            #expect(Set(gateway.endpoints.map(\.family)) == [AF_INET, AF_INET6, AF_UNIX])
            #expect(origin.requests.contains { $0.field("x-forwarded-for")?.contains("::1") == true })
        }
    }

    @Test func `a successor takes the unix sockets while the gateway drains, and keeps them`() throws {
        let directory = try TemporaryDirectory()
        let listener = try OriginListener()
        let file = RouteFiles.null(listener.url, top: "control: unix:\(directory.path)/c")
            .replacing("127.0.0.1:0", with: "unix:\(directory.path)/s")
        let gateway = try GatewayProcess(file)
        let client = try gateway.connect()
        try client.send("GET /flight HTTP/1.1\r\nHost: test\r\n\r\n")
        let wire = try listener.accept()
        _ = try wire.readRequest()
        let idle = try gateway.connect()
        gateway.child.signal(SIGTERM)
        try idle.expectClosed()
        let successor = try GatewayProcess(file)
        try wire.send(ok("landed"))
        #expect(try client.readResponse().text == "landed")
        #expect(try gateway.child.waitForExit() == .status(0))
        let next = try successor.connect()
        try next.send("GET /next HTTP/1.1\r\nHost: test\r\n\r\n")
        let other = try listener.accept()
        _ = try other.readRequest()
        try other.send(ok("next"))
        #expect(try next.readResponse().text == "next")
        #expect(try successor.stop() == .status(0))
    }

    @Test func `it speaks to origins on unix sockets and IPv6`() throws {
        let directory = try TemporaryDirectory()
        for endpoint in [Endpoint.unix(path: directory.path + "/o"), .ipv6(port: 0)] {
            let origin = try ScriptedOrigin.responding(ok("here"), on: endpoint)
            try withGateway(RouteFiles.null(origin.url)) { gateway in
                for _ in 0..<3 {
                    let response = try gateway.get()
                    #expect(response.text == "here")
                }
                #expect(try origin.lastRequest().field("host") == "test")
                #expect(origin.connections == 1)
            }
        }
    }

    @Test func `several workers serve one address`() throws {
        let origin = try ScriptedOrigin.answering { ok($0.target) }
        let file = RouteFiles.null(origin.url).replacing("workers: 1", with: "workers: 4")
        try withGateway(file) { gateway in
            let clients = try (0..<40).map { _ in try gateway.connect() }
            for (index, client) in clients.enumerated() {
                #expect(try client.get("/\(index)").text == "/\(index)")
            }
        }
    }

    @Test func `a server's requests go round`() throws {
        let first = try ScriptedOrigin.responding(ok("1"))
        let second = try ScriptedOrigin.responding(ok("2"))
        let file = RouteFiles.null(first.url).replacing(
            "[\"\(first.url)\"]",
            with: "[\"\(first.url)\", \"\(second.url)\"]"
        )
        try withGateway(file) { gateway in
            for _ in 0..<10 { _ = try gateway.get() }
            #expect(first.requests.count == 5)
            #expect(second.requests.count == 5)
        }
    }

    @Test func `a server that refuses is passed over`() throws {
        let dead = try OriginListener.unusedPort()
        let alive = try ScriptedOrigin.responding(ok("alive"))
        let file = RouteFiles.null(dead.url).replacing("[\"\(dead.url)\"]", with: "[\"\(dead.url)\", \"\(alive.url)\"]")
        try withGateway(file) { gateway in
            for index in 0..<6 {
                let client = try gateway.connect()
                let response = index % 2 == 0 ? try client.get() : try client.post(body: "kept")
                #expect(response.text == "alive")
            }
        }
    }

    @Test func `a unix socket left behind is taken over, one that is in use is not`() throws {
        let directory = try TemporaryDirectory()
        let origin = try ScriptedOrigin.responding(ok())
        let file = RouteFiles.null(origin.url).replacing("127.0.0.1:0", with: "unix:\(directory.path)/s")
        let killed = try GatewayProcess(file)
        let written = try directory.write("gateway.conf", file)
        let second = try GatewayProcess.run(["run", "--config", written])
        #expect(second.exit == .status(69))
        #expect(try killed.get().status == 200)
        #expect(try killed.stop(SIGKILL) == .signal(SIGKILL))
        try withGateway(file) { gateway in
            let response = try gateway.get()
            #expect(response.status == 200)
        }
    }

    @Test func `a log nobody reads any more does not end it`() throws {
        let origin = try ScriptedOrigin.responding(ok())
        let directory = try TemporaryDirectory()
        let file = try directory.write("gateway.conf", RouteFiles.null(origin.url))
        let sockets = try Descriptors.socketPair()
        let reader = Wire(sockets.ours)
        let gateway = try ChildProcess(
            GatewayProcess.program,
            ["run", "--config", file],
            environment: [:],
            conversation: sockets.theirs
        )
        let line = gateway.wait(gateway.standardError) { lines in lines.first { $0.contains("listening") } }
        let endpoint = try #require(line.flatMap(GatewayProcess.endpoint))
        reader.close()
        let client = try Wire(to: endpoint)
        for _ in 0..<200 { #expect(try client.get("/\(String(repeating: "x", count: 1000))").status == 200) }
        gateway.signal(SIGTERM)
        #expect(try gateway.waitForExit() == .status(0))
    }

    @Test func `SIGHUP does not end it`() throws {
        try withProxy { gateway, _ in
            gateway.child.signal(SIGHUP)
            for _ in 0..<5 { #expect(try gateway.get().status == 200) }
            let response = try gateway.get()
            #expect(response.status == 200)
        }
    }
}
