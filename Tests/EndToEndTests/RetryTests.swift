import Glibc
import Testing

/// Rules X1 to X3: what is sent again, and what the client hears when an origin fails it.
struct RetryTests {
    /// Puts one connection into the gateway's pool, and gives the origin's end of it.
    private func pooled(_ gateway: GatewayProcess, _ origin: OriginListener, _ client: Wire) throws -> Wire {
        try client.send("GET /warm HTTP/1.1\r\nHost: test\r\n\r\n")
        let wire = try origin.accept()
        _ = try wire.readRequest()
        try wire.send(ok("warm"))
        #expect(try client.readResponse().text == "warm")
        return wire
    }

    @Test(arguments: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
    func `X1 an idempotent request on a pooled connection that dies is sent once more`(_ method: String) throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            let first = try pooled(gateway, origin, client)
            try client.send("\(method) /x HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try first.readRequest().target == "/x")
            first.close()
            let second = try origin.accept()
            let again = try second.readRequest()
            #expect(again.method == method && again.target == "/x")
            try second.send(method == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" : ok("two"))
            #expect(try client.readResponse(to: method).status == 200)
            #expect(!origin.hasConnectionWaiting)
        }
    }

    @Test func `X1 what is sent again carries its body whole`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            let first = try pooled(gateway, origin, client)
            try client.send("PUT /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            _ = try first.readHead()
            #expect(Latin1.text(try first.readExactly(10)) == "5\r\nhello\r\n")
            first.close()
            let second = try origin.accept()
            try client.send("6\r\n world\r\n0\r\n\r\n")
            let again = try second.readRequest()
            #expect(again.startLine == "PUT /x HTTP/1.1" && again.text == "hello world")
            try second.send(ok("two"))
            #expect(try client.readResponse(to: "PUT").text == "two")
        }
    }

    @Test func `X1 a request whose sending finds the connection reset is sent again, and answered`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            let first = try pooled(gateway, origin, client)
            try client.send("PUT /x HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n")
            _ = try first.readHead()
            // The rest of the request is there before the reset, so that sending it is what finds out.
            gateway.child.signal(SIGSTOP)
            try client.send("hello")
            first.reset()
            gateway.child.signal(SIGCONT)
            let second = try origin.accept()
            let again = try second.readRequest()
            #expect(again.startLine == "PUT /x HTTP/1.1" && again.text == "hello")
            try second.send(ok("two"))
            #expect(try client.readResponse(to: "PUT").text == "two")
        }
    }

    @Test func `X1 a request is sent again once, not for ever`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            let first = try pooled(gateway, origin, client)
            try client.send("GET /x HTTP/1.1\r\nHost: test\r\n\r\n")
            _ = try first.readRequest()
            first.close()
            let second = try origin.accept()
            _ = try second.readRequest()
            second.close()
            let response = try client.readResponse()
            #expect(response.status == 502)
            #expect(response.field("proxy-status")?.contains("error=") == true)
            #expect(!origin.hasConnectionWaiting)
        }
    }

    @Test(arguments: ["POST", "PATCH", "FROB"])
    func `X1 what is not idempotent is never sent again once written`(_ method: String) throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            let first = try pooled(gateway, origin, client)
            try client.send("\(method) /x HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nab")
            #expect(try first.readRequest().text == "ab")
            first.close()
            #expect(try client.readResponse(to: method).status == 502)
            #expect(!origin.hasConnectionWaiting)
            #expect(try gateway.logLine(target: "/x")["reason"]?.string?.isEmpty == false)
        }
    }

    @Test func `X1 a fresh connection that dies is not tried again with a POST`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send("POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nab")
            let wire = try origin.accept()
            _ = try wire.readRequest()
            wire.reset()
            #expect(try client.readResponse(to: "POST").status == 502)
            #expect(!origin.hasConnectionWaiting)
        }
    }

    @Test func `X1 a response that has begun is never asked for again`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            let first = try pooled(gateway, origin, client)
            try client.send("GET /x HTTP/1.1\r\nHost: test\r\n\r\n")
            _ = try first.readRequest()
            try first.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel")
            #expect(try client.readHead().status == 200)
            first.close()
            #expect(try client.readUntilClose() == Array("hel".utf8))
            #expect(!origin.hasConnectionWaiting)
        }
    }

    @Test func `a pooled connection that was closed in time is not used, not even for a POST`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            for round in 0..<5 {
                try client.send("POST /\(round) HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nab")
                let wire = try origin.accept()
                #expect(try wire.readRequest().target == "/\(round)")
                try wire.send(ok("\(round)"))
                wire.close()
                #expect(try client.readResponse(to: "POST").text == "\(round)")
            }
        }
    }

    @Test func `X2 an origin that refuses becomes 502 with Proxy-Status and a reason in the log`() throws {
        let nobody = try OriginListener.unusedPort()
        try withGateway(RouteFiles.null(nobody.url)) { gateway in
            let client = try gateway.connect()
            for method in ["GET", "POST"] {
                let response = try client.exchange("\(method) /x HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n")
                #expect(response.status == 502)
                #expect(response.field("proxy-status")?.hasPrefix("gateway; error=connection_refused") == true)
                #expect(response.field("content-type")?.hasPrefix("text/plain") == true)
                #expect(response.text.contains("502") && response.text.contains("Bad Gateway"))
                #expect(!response.text.contains("\(nobody)"))
            }
            #expect(try gateway.logLine(target: "/x")["reason"]?.string?.isEmpty == false)
        }
    }

    @Test func `X2 an origin that is too slow becomes 504, and its connection is not used again`() throws {
        try withListener(upstream: "timeouts: { first_byte: 1s }") { gateway, origin in
            let client = try gateway.connect()
            try client.send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n")
            let slow = try origin.accept()
            _ = try slow.readRequest()
            let response = try client.readResponse()
            #expect(response.status == 504)
            #expect(response.field("proxy-status")?.hasPrefix("gateway; error=") == true)
            try slow.expectClosed()
            #expect(try gateway.logLine(target: "/slow")["reason"]?.string?.isEmpty == false)
            try client.send("GET /next HTTP/1.1\r\nHost: test\r\n\r\n")
            let next = try origin.accept()
            #expect(try next.readRequest().target == "/next")
            try next.send(ok("next"))
            #expect(try client.readResponse().text == "next")
        }
    }

    @Test func `X3 members of Proxy-Status that came with the answer are kept`() throws {
        try withProxy(answering: { _ in ok("", "Proxy-Status: inner; received-status=200\r\n") }) { gateway, _ in
            let response = try gateway.get()
            #expect(response.fields("proxy-status").first == "inner; received-status=200")
        }
    }
}
