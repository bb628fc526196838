import Glibc
import Testing

/// A client that goes away ends the request at its upstream at once, and the log says 499; what an upstream streams is
/// there at once.
struct ClientGoneTests {
    /// A request under way, its head read at the origin.
    private func withRequest(
        _ target: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (GatewayProcess, Wire, Wire) throws -> Void
    ) throws {
        try withListener(sourceLocation: sourceLocation) { gateway, listener in
            let client = try gateway.connect()
            try client.send("GET \(target) HTTP/1.1\r\nHost: test\r\n\r\n")
            let origin = try listener.accept()
            _ = try origin.readRequest()
            try body(gateway, client, origin)
        }
    }

    private func expectGone(_ target: String, _ gateway: GatewayProcess) throws {
        let line = try gateway.logLine(target: target)
        #expect(line["status"]?.number == 499)
        #expect(line["reason"]?.string == "client closed the connection")
    }

    @Test func `a reset before the answer`() throws {
        try withRequest("/waiting") { gateway, client, origin in
            client.reset()
            try origin.expectClosed()
            try expectGone("/waiting", gateway)
        }
    }

    @Test func `a reset after the client had ended its sending side`() throws {
        try withRequest("/ended") { gateway, client, origin in
            client.shutdownWrite()
            #expect(!origin.isReadable(within: .milliseconds(100)))
            client.reset()
            try origin.expectClosed()
            try expectGone("/ended", gateway)
        }
    }

    /// A gateway that gives a half-closed client this long, its log line for `/waiting` once the request is over.
    private func withHalfClosed(
        _ limit: String,
        _ body: (GatewayProcess, Wire, Wire) throws -> Void
    ) throws {
        try withListener(top: "timeouts: { half_closed: \(limit) }") { gateway, listener in
            let client = try gateway.connect()
            try client.send("GET /waiting HTTP/1.1\r\nHost: test\r\n\r\n")
            let origin = try listener.accept()
            _ = try origin.readRequest()
            try body(gateway, client, origin)
        }
    }

    @Test func `a client that closed quietly ends its request after timeouts half_closed`() throws {
        try withHalfClosed("50ms") { gateway, client, origin in
            client.close()
            try origin.expectClosed()
            let line = try gateway.logLine(target: "/waiting")
            #expect(line["status"]?.number == 499)
            #expect(line["reason"]?.string == "timeouts.half_closed: client closed the connection")
        }
    }

    @Test func `a client that has only ended its sending side gets the answer that begins in time, whole`() throws {
        try withHalfClosed("300ms") { gateway, client, origin in
            client.shutdownWrite()
            try origin.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegin")
            #expect(try client.readHead().status == 200)
            // The answer has begun: nothing limits the rest of it but its own times.
            #expect(!origin.isReadable(within: .milliseconds(600)))
            try origin.send("-ends")
            #expect(try client.readExactly(10) == Array("begin-ends".utf8))
            #expect(try gateway.logLine(target: "/waiting")["status"]?.number == 200)
        }
    }

    @Test func `requests that were pipelined before the end are answered one after the other`() throws {
        try withListener { gateway, listener in
            let client = try gateway.connect()
            try client.send((1...3).map { "GET /\($0) HTTP/1.1\r\nHost: test\r\n\r\n" }.joined())
            client.shutdownWrite()
            let origin = try listener.accept()
            for number in 1...3 {
                #expect(try origin.readRequest().target == "/\(number)")
                try origin.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
                #expect(try client.readHead().status == 200)
                #expect(try client.readExactly(1) == Array("\(number)".utf8))
            }
            try client.expectClosed()
        }
    }

    @Test func `a client that closed is noticed when its answer cannot be sent`() throws {
        try withHalfClosed("10m") { gateway, client, origin in
            client.close()
            // To the kernel this may as well be a client that waits for its answer: the first bytes tell.
            try? origin.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            #expect(throws: HarnessError.self) {
                for _ in 0..<1000 { try origin.send([UInt8](repeating: 0x61, count: 100_000)) }
            }
            try expectGone("/waiting", gateway)
        }
    }

    @Test func `a reset in the middle of the answer`() throws {
        try withRequest("/middle") { gateway, client, origin in
            try origin.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegin")
            _ = try client.readHead()
            client.reset()
            _ = try origin.readUntilClose()
            try expectGone("/middle", gateway)
        }
    }

    @Test func `a client that is gone while its upstream's bytes are being relayed ends nothing under its own feet`()
        throws
    {
        let bodies = [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + String(repeating: "5\r\nhello\r\n", count: 3000),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + String(repeating: "5\r\nhello\r\n", count: 3000) + "0\r\nX-T: 1\r\n\r\n",
            "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more than that",
            "junk\r\n\r\n",
        ]
        for (index, body) in bodies.enumerated() {
            try withRequest("/\(index)") { gateway, client, origin in
                // Both are there when the gateway looks again, the upstream's bytes first.
                gateway.child.signal(SIGSTOP)
                try origin.send(body)
                client.reset()
                gateway.child.signal(SIGCONT)
                // Whole answers may have been handed to the kernel; whatever was not ends with the client.
                let line = try gateway.logLine(target: "/\(index)")
                #expect([200, 499, 502].contains(Int(line["status"]?.number ?? 0)))
                // It lives, and answers what needs no origin.
                #expect(try gateway.connect().exchange("GET / HTTP/1.1\r\n\r\n").status == 400)
            }
        }
    }

    @Test func `server-sent events arrive one by one, at once, and the client's end ends them`() throws {
        try withRequest("/events") { gateway, client, origin in
            try origin.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            #expect(try client.readHead().field("content-type") == "text/event-stream")
            for number in 0..<20 {
                let event = "data: \(number)\n\n"
                let chunk = "\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n"
                try origin.send(chunk)
                // Nothing follows that could push it out.
                #expect(try client.readExactly(chunk.utf8.count) == Array(chunk.utf8))
            }
            client.reset()
            _ = try origin.readUntilClose()
            try expectGone("/events", gateway)
        }
    }

    @Test func `S9 an upstream that is gone in the middle breaks the client's message`() throws {
        for framing in ["Content-Length: 100", "Transfer-Encoding: chunked"] {
            for isReset in [false, true] {
                try withRequest("/gone") { gateway, client, origin in
                    try origin.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n5\r\nhello\r\n")
                    _ = try client.readHead()
                    _ = try client.readExactly(10)
                    if isReset { origin.reset() } else { origin.close() }
                    #expect(try client.readUntilClose().isEmpty)
                    #expect(try gateway.logLine(target: "/gone")["reason"]?.string == "upstream response ended early")
                }
            }
        }
    }
}
