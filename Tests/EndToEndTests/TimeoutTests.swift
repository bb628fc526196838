import Glibc
import Testing

/// Each of the times that are limited: what it ends names it, in the log and in `Proxy-Status`, and what is slow but moves
/// is never ended.
struct TimeoutTests {
    private func expectNamed(
        _ setting: String,
        _ error: String,
        _ status: Int,
        _ response: Message,
        _ gateway: GatewayProcess,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(response.status == status, sourceLocation: sourceLocation)
        let expected = "gateway; error=\(error); details=\"\(setting)\""
        #expect(response.fields("proxy-status") == [expected], sourceLocation: sourceLocation)
        let reason = try gateway.logLine { $0["status"] == .number(Double(status)) }["reason"]?.string ?? ""
        #expect(reason.contains(setting), sourceLocation: sourceLocation)
    }

    @Test func `X3 timeouts-request_head`() throws {
        try withProxy(top: "timeouts: { request_head: 300ms }") { gateway, _ in
            let client = try gateway.connect()
            try client.send("GET /slow HTTP/1.1\r\nHost: te")
            try expectNamed("timeouts.request_head", "http_request_error", 408, client.readResponse(), gateway)
        }
    }

    @Test func `X3 timeouts-request_body`() throws {
        try withProxy(top: "timeouts: { request_body: 300ms }") { gateway, _ in
            let client = try gateway.connect()
            try client.send("POST /slow HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nabc")
            try expectNamed("timeouts.request_body", "http_request_error", 408, client.readResponse(), gateway)
        }
    }

    @Test func `timeouts-send`() throws {
        try withListener(top: "timeouts: { send: 300ms }") { gateway, listener in
            let client = try gateway.connect(receiveBuffer: 4096)
            try client.send("GET /deaf HTTP/1.1\r\nHost: test\r\n\r\n")
            let origin = try listener.accept()
            _ = try origin.readRequest()
            try origin.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            _ = try origin.sendUntilBlocked(limit: 64 << 20, patience: .milliseconds(100))
            let line = try gateway.logLine(target: "/deaf")
            #expect(line["reason"]?.string == "timeouts.send")
            #expect(line["status"]?.number == 499)
        }
    }

    @Test func `timeouts-keep_alive`() throws {
        let origin = try ScriptedOrigin.responding(ok())
        let gateway = try GatewayProcess(RouteFiles.null(origin.url, top: "timeouts: { keep_alive: 300ms }"))
        let client = try gateway.connect()
        _ = try client.get()
        try client.expectClosed()
        #expect(try gateway.stop() == .status(0))
        #expect(gateway.log.contains(#""timeouts.keep_alive":1"#))
    }

    @Test func `X3 timeouts-connect`() throws {
        // Its queue has room for one, which is there: the kernel drops who else would connect.
        let listener = try OriginListener(backlog: 0)
        let waiting = try Wire(to: listener.endpoint)
        defer { waiting.close() }
        try withGateway(RouteFiles.null(listener.url, upstream: "timeouts: { connect: 300ms }")) { gateway in
            let response = try gateway.get()
            try expectNamed("timeouts.connect", "connection_timeout", 504, response, gateway)
        }
    }

    @Test func `X3 timeouts-first_byte`() throws {
        let silent: ScriptedOrigin.Script = { wire in
            _ = try wire.nextRequest()
            _ = try wire.readUntilClose()
        }
        try withProxy(upstream: "timeouts: { first_byte: 300ms }", script: silent) { gateway, _ in
            let response = try gateway.get()
            try expectNamed("timeouts.first_byte", "http_response_timeout", 504, response, gateway)
        }
    }

    @Test func `X3 timeouts-idle for an answer that stops`() throws {
        let halting: ScriptedOrigin.Script = { wire in
            _ = try wire.nextRequest()
            try wire.send("HTTP/1.1 200 OK\r\nContent-")
            _ = try wire.readUntilClose()
        }
        try withProxy(upstream: "timeouts: { idle: 300ms }", script: halting) { gateway, _ in
            let response = try gateway.get()
            try expectNamed("timeouts.idle", "connection_read_timeout", 504, response, gateway)
        }
    }

    @Test func `X3 timeouts-idle for a request that is not read`() throws {
        try withListener(upstream: "timeouts: { idle: 300ms }") { gateway, listener in
            let client = try gateway.connect()
            try client.send("POST /unread HTTP/1.1\r\nHost: test\r\nContent-Length: 100000000\r\n\r\n")
            let origin = try listener.accept()
            _ = try client.sendUntilBlocked(limit: 64 << 20, patience: .milliseconds(100))
            try expectNamed("timeouts.idle", "connection_write_timeout", 504, client.readResponse(), gateway)
            origin.close()
        }
    }

    @Test func `X3 timeouts-drain`() throws {
        let listener = try OriginListener()
        let gateway = try GatewayProcess(RouteFiles.null(listener.url, top: "timeouts: { drain: 300ms }"))
        let client = try gateway.connect()
        try client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        let origin = try listener.accept()
        _ = try origin.readRequest()
        gateway.child.signal(SIGTERM)
        try expectNamed("timeouts.drain", "proxy_internal_error", 503, client.readResponse(), gateway)
        #expect(try gateway.child.waitForExit() == .status(0))
        #expect(gateway.log.contains(#""timeouts.drain":1"#))
    }

    // MARK: What moves

    @Test func `a request's body and an answer that trickle are never cut`() throws {
        let trickling: ScriptedOrigin.Script = { wire in
            _ = try wire.readRequest()
            for byte in ok("0123456789").utf8 {
                _ = wire.isReadable(within: .milliseconds(20))
                try wire.send([byte])
            }
        }
        try withProxy(
            top: "timeouts: { request_body: 400ms, send: 400ms, keep_alive: 400ms }",
            upstream: "timeouts: { first_byte: 400ms, idle: 400ms }",
            script: trickling
        ) { gateway, _ in
            let client = try gateway.connect()
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 12\r\n\r\n")
            for _ in 0..<12 {
                #expect(!client.isReadable(within: .milliseconds(100)))
                try client.send("a")
            }
            let response = try client.readResponse(to: "POST")
            #expect(response.text == "0123456789")
        }
    }

    @Test func `a client that reads slowly is never cut, though the kernel calls the socket full`() throws {
        try withListener(top: "timeouts: { send: 500ms }") { gateway, listener in
            let client = try gateway.connect(receiveBuffer: 4096)
            try client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            let origin = try listener.accept()
            _ = try origin.readRequest()
            let size = 8 << 20
            try origin.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            let filled = try origin.sendUntilBlocked(limit: size, patience: .milliseconds(200))
            _ = try client.readHead()
            for _ in 0..<20 {
                _ = try client.readExactly(4096)
                #expect(!origin.isReadable(within: .milliseconds(100)))
            }
            // All of it is read while the origin goes on.
            _ = try client.readExactly(filled - 20 * 4096)
            #expect(filled < size)
        }
    }

    @Test func `an answer whose client is slow is not cut by the time of an upload that had to wait`() throws {
        try withListener(upstream: "timeouts: { idle: 800ms }") { gateway, listener in
            var size: Int32 = 4096
            setsockopt(listener.descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            let client = try gateway.connect(receiveBuffer: 4096)
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000000\r\n\r\n")
            let origin = try listener.accept()
            _ = try origin.readHead()
            try origin.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            let filled = try origin.sendUntilBlocked(limit: 64 << 20, patience: .milliseconds(200))
            let sent = try client.sendUntilBlocked(limit: 64 << 20, patience: .milliseconds(200))
            _ = try origin.readExactly(sent)
            // The upload has all gone, and the download waits for its client alone.
            #expect(!origin.isReadable(within: .milliseconds(1500)))
            _ = try client.readHead()
            _ = try client.readExactly(filled)
            try client.send("more")
            #expect(try origin.readExactly(4) == Array("more".utf8))
        }
    }

    @Test func `an origin that reads slowly is never cut, though the kernel calls the socket full`() throws {
        try withListener(upstream: "timeouts: { idle: 500ms }") { gateway, listener in
            var size: Int32 = 4096
            setsockopt(listener.descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            let client = try gateway.connect()
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000000\r\n\r\n")
            let origin = try listener.accept()
            let sent = try client.sendUntilBlocked(limit: 64 << 20, patience: .milliseconds(200))
            _ = try origin.readHead()
            for _ in 0..<20 {
                _ = try origin.readExactly(4096)
                #expect(!client.isReadable(within: .milliseconds(100)))
            }
            _ = try origin.readExactly(sent - 20 * 4096)
        }
    }
}
