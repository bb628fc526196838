import Testing

/// Peers that vanish, stall or lie; after each of them the next request works, and the log knows why.
struct BadPeerTests {
    @Test func `X2 an origin that closes without an answer becomes 502`() throws {
        let script: ScriptedOrigin.Script = { wire in
            let request = try wire.nextRequest()
            if request?.target == "/good" { try wire.send(ok("good")) }
        }
        try withProxy(script: script) { gateway, origin in
            let response = try gateway.connect().post("/gone")
            #expect(response.status == 502)
            #expect(response.field("proxy-status")?.hasPrefix("gateway; error=") == true)
            #expect(try gateway.logLine(target: "/gone")["reason"]?.string?.isEmpty == false)
            #expect(try gateway.get("/good").text == "good")
            #expect(origin.targets == ["/gone", "/good"])
        }
    }

    @Test func `X2 an origin that closes in the middle of its head becomes 502`() throws {
        let script: ScriptedOrigin.Script = { wire in
            _ = try wire.nextRequest()
            try wire.send("HTTP/1.1 200 OK\r\nContent-")
        }
        try withProxy(script: script) { gateway, _ in
            let response = try gateway.connect().post("/half")
            #expect(response.status == 502)
            #expect(try gateway.logLine(target: "/half")["reason"]?.string?.isEmpty == false)
        }
    }

    @Test func `an origin whose head never ends is given up`() throws {
        let script: ScriptedOrigin.Script = { wire in
            _ = try wire.nextRequest()
            try wire.send("HTTP/1.1 200 OK\r\n")
            for number in 0..<100_000 { try wire.send("X-\(number): \(String(repeating: "a", count: 100))\r\n") }
        }
        try withProxy(script: script) { gateway, _ in
            let response = try gateway.connect().post("/endless")
            #expect(response.status == 502)
        }
    }

    @Test func `an origin that hangs in the middle of its body is given up`() throws {
        let script: ScriptedOrigin.Script = { wire in
            _ = try wire.nextRequest()
            try wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            _ = try wire.readUntilClose()
        }
        try withProxy(upstream: "timeouts: { idle: 300ms }", script: script) { gateway, origin in
            let client = try gateway.connect()
            try client.send("GET /hang HTTP/1.1\r\nHost: test\r\n\r\n")
            _ = try client.readHead()
            #expect(try client.readUntilClose() == Array("hello".utf8))
            try origin.waitForEnds(1)
            #expect(try gateway.logLine(target: "/hang")["reason"]?.string?.isEmpty == false)
        }
    }

    @Test func `a client that vanishes in the middle of its body ends the request at the origin`() throws {
        try withListener { gateway, origin in
            for ending in 0..<3 {
                let client = try gateway.connect()
                try client.send("POST /\(ending) HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhello")
                let wire = try origin.accept()
                _ = try wire.readHead()
                #expect(try wire.readExactly(5) == Array("hello".utf8))
                switch ending {
                case 0: client.close()
                case 1: client.reset()
                default: client.shutdownWrite()
                }
                // Never a request that looks complete.
                try wire.expectClosed()
                #expect(try gateway.logLine(target: "/\(ending)")["reason"]?.string?.isEmpty == false)
            }
            #expect(!origin.hasConnectionWaiting)
        }
    }

    @Test func `a client that vanishes before its answer ends the request at the origin`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send("GET /gone HTTP/1.1\r\nHost: test\r\n\r\n")
            let wire = try origin.accept()
            _ = try wire.readRequest()
            client.reset()
            try wire.expectClosed()
            #expect(try gateway.logLine(target: "/gone")["status"]?.number != 200)
            let next = try gateway.connect()
            try next.send("GET /next HTTP/1.1\r\nHost: test\r\n\r\n")
            let second = try origin.accept()
            #expect(try second.readRequest().target == "/next")
            try second.send(ok("next"))
            #expect(try next.readResponse().text == "next")
        }
    }

    @Test func `a client that closes its sending side still gets its answer`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            client.shutdownWrite()
            let wire = try origin.accept()
            _ = try wire.readRequest()
            try wire.send(ok("late"))
            #expect(try client.readResponse().text == "late")
            try client.expectClosed()
        }
    }

    @Test func `a client that closes its sending side after a pipeline gets all of its answers`() throws {
        try withProxy(answering: { ok($0.target) }) { gateway, _ in
            let client = try gateway.connect()
            try client.send((1...3).map { "GET /\($0) HTTP/1.1\r\nHost: test\r\n\r\n" }.joined())
            client.shutdownWrite()
            for number in 1...3 { #expect(try client.readResponse().text == "/\(number)") }
            try client.expectClosed()
        }
    }

    @Test func `a client that never reads is given up`() throws {
        try withListener(top: "timeouts: { send: 500ms }") { gateway, origin in
            let client = try gateway.connect(receiveBuffer: 4096)
            try client.send("GET /deaf HTTP/1.1\r\nHost: test\r\n\r\n")
            let wire = try origin.accept()
            _ = try wire.readRequest()
            let size = 64 << 20
            try wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            // Ends with the gateway closing the connection, once nothing could be sent for that long.
            let failure = #expect(throws: HarnessError.self) {
                try wire.send([UInt8](repeating: 0x61, count: size))
            }
            guard case .closed = failure else {
                Issue.record("instead of a closed connection: \(String(describing: failure))")
                return
            }
            #expect(try gateway.logLine(target: "/deaf")["reason"]?.string?.isEmpty == false)
        }
    }

    @Test func `a client that connects and says nothing disturbs nobody`() throws {
        try withProxy { gateway, _ in
            let silent = try (0..<50).map { _ in try gateway.connect() }
            #expect(try gateway.get().status == 200)
            for client in silent.prefix(25) { client.reset() }
            #expect(try gateway.get().status == 200)
            #expect(try silent[30].get().status == 200)
        }
    }

    @Test func `many clients at once each get their own answer`() throws {
        try withProxy(answering: { ok($0.target) }) { gateway, _ in
            let clients = try (0..<100).map { _ in try gateway.connect() }
            for round in 0..<3 {
                for (index, client) in clients.enumerated() {
                    try client.send("GET /\(index)/\(round) HTTP/1.1\r\nHost: test\r\n\r\n")
                }
                for (index, client) in clients.enumerated() {
                    #expect(try client.readResponse().text == "/\(index)/\(round)")
                }
            }
        }
    }

    @Test func `a broken request in the middle of a pipeline ends it after the answers before`() throws {
        try withProxy(answering: { ok($0.target) }) { gateway, origin in
            let client = try gateway.connect()
            try client.send(
                "GET /1 HTTP/1.1\r\nHost: test\r\n\r\nGET /2 HTTP/1.1\r\nHost: test\r\n\r\nGET  /3 HTTP/1.1\r\n\r\nGET /4 HTTP/1.1\r\nHost: test\r\n\r\n"
            )
            #expect(try client.readResponse().text == "/1")
            #expect(try client.readResponse().text == "/2")
            #expect(try client.readResponse().status == 400)
            try client.expectClosed()
            #expect(origin.targets == ["/1", "/2"])
        }
    }
}
