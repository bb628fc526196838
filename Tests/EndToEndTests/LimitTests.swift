import Testing

/// Rule X2: what is too large, too slow or not known, and the status that says so.
struct LimitTests {
    @Test func `X2 413 a body over max_body is refused before it is read`() throws {
        try withProxy(route: "max_body: 10") { gateway, origin in
            let client = try gateway.connect()
            try client.send("POST /big HTTP/1.1\r\nHost: test\r\nContent-Length: 11\r\n\r\n")
            let response = try client.readResponse(to: "POST")
            #expect(response.status == 413)
            #expect(response.text.contains("413"))
            #expect(origin.requests.isEmpty)
            #expect(try gateway.connect().post("/fits", body: "0123456789").status == 200)
        }
    }

    @Test func `X2 413 a chunked body that grows over max_body is refused, and the origin sees no end of it`() throws {
        let completed = Gate(false)
        let script: ScriptedOrigin.Script = { wire in
            while let request = try wire.nextRequest() {
                if request.target == "/big" { completed.open() }
                try wire.send(ok())
            }
        }
        try withProxy(route: "max_body: 10", script: script) { gateway, _ in
            let client = try gateway.connect()
            try client.send(
                "POST /big HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n"
            )
            #expect(try client.readResponse(to: "POST").status == 413)
            #expect(try gateway.get("/good").status == 200)
            #expect(!completed.current)
        }
    }

    @Test func `X2 414 a request line over its limit`() throws {
        try withProxy { gateway, origin in
            #expect(try gateway.get("/" + String(repeating: "a", count: 16_000)).status == 200)
            let client = try gateway.connect()
            try client.send("GET /" + String(repeating: "a", count: 17_000) + " HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try client.readResponse().status == 414)
            try client.expectClosed()
            #expect(origin.requests.count == 1)
        }
    }

    @Test func `X2 431 fields over their limit, in bytes or in number`() throws {
        try withProxy { gateway, origin in
            let large = (0..<60).map { "X-\($0): \(String(repeating: "a", count: 1000))\r\n" }.joined()
            #expect(try gateway.get("/large", large).status == 200)
            #expect(try gateway.get("/many", (0..<250).map { "X-\($0): a\r\n" }.joined()).status == 200)
            let tooMuch = [
                large + large, (0..<300).map { "X-\($0): a\r\n" }.joined(),
                "X: \(String(repeating: "a", count: 70_000))\r\n",
            ]
            for fields in tooMuch {
                let client = try gateway.connect()
                try? client.send("GET /over HTTP/1.1\r\nHost: test\r\n\(fields)\r\n")
                #expect(try client.readResponse().status == 431)
                try client.expectClosed()
            }
            #expect(origin.targets == ["/large", "/many"])
        }
    }

    @Test func `limits are settings`() throws {
        try withProxy(top: "limits: { request_line: 300, fields: 1KiB, field_count: 8 }") { gateway, _ in
            let client = try gateway.connect()
            #expect(try client.get().status == 200)
            #expect(try gateway.get("/" + String(repeating: "a", count: 300)).status == 414)
            #expect(try gateway.get("/", "A: \(String(repeating: "a", count: 1100))\r\n").status == 431)
            #expect(try gateway.get("/", String(repeating: "A: b\r\n", count: 9)).status == 431)
        }
    }

    @Test func `X2 408 or a close for a head that does not come to its end in time`() throws {
        try withProxy(top: "timeouts: { request_head: 400ms }") { gateway, origin in
            let client = try gateway.connect()
            try client.send("GET / HTTP/1.1\r\nHost: test\r\nX-Slow: ")
            let end = try client.readUntilClose()
            #expect(end.isEmpty || Latin1.text(end).hasPrefix("HTTP/1.1 408 "))
            #expect(origin.requests.isEmpty)
            #expect(try gateway.get().status == 200)
        }
    }

    @Test func `X2 408 the time for a head is absolute, however often a byte comes`() throws {
        try withProxy(top: "timeouts: { request_head: 500ms }") { gateway, origin in
            let client = try gateway.connect()
            try client.send("GET / HTTP/1.1\r\nHost: test\r\nX-Slow: ")
            let began = ContinuousClock.now
            // A byte at a time, as often as the wait for an answer times out.
            while !client.isReadable(within: .milliseconds(50)), ContinuousClock.now - began < .seconds(30) {
                do { try client.send("a") } catch { break }
            }
            #expect(ContinuousClock.now - began < .seconds(20))
            #expect(origin.requests.isEmpty)
        }
    }

    @Test func `X2 408 a body that makes no progress`() throws {
        try withProxy(top: "timeouts: { request_body: 400ms }") { gateway, _ in
            let client = try gateway.connect()
            try client.send("POST /stuck HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nabc")
            let end = try client.readUntilClose()
            #expect(end.isEmpty || Latin1.text(end).hasPrefix("HTTP/1.1 408 "))
            #expect(try gateway.logLine(target: "/stuck")["reason"]?.string?.isEmpty == false)
            #expect(try gateway.get().status == 200)
        }
    }

    @Test func `an idle connection is closed after keep_alive`() throws {
        try withProxy(top: "timeouts: { keep_alive: 1s }") { gateway, _ in
            let client = try gateway.connect()
            #expect(try client.get().status == 200)
            try client.expectClosed()
        }
    }

    @Test func `an error answer is short plain text that says its status`() throws {
        try withProxy { gateway, _ in
            let client = try gateway.connect()
            try client.send("GET / HTTP/1.1\r\n\r\n")
            let response = try client.readResponse()
            #expect(response.status == 400)
            #expect(response.field("content-type")?.hasPrefix("text/plain") == true)
            #expect(response.text.contains("400") && response.text.contains("Bad Request"))
            #expect(response.body.count < 500)
            #expect(response.has("date"))
        }
    }
}
