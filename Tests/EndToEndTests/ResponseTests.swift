import Testing

/// Rules S1 to S12: what of an origin's answer reaches the client, and when its connection may be used again.
struct ResponseTests {
    /// Answers a request with these bytes, then closes or waits for the gateway to close; `/good` is answered well.
    private static func raw(_ response: String, closing: Bool = true) -> ScriptedOrigin.Script {
        { wire in
            while let request = try wire.nextRequest() {
                guard request.target != "/good" else {
                    try wire.send(ok("good"))
                    continue
                }
                try wire.send(response)
                if !closing { _ = try wire.readUntilClose() }
                return
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab", "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nab",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\rc\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\0c\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: b\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab", "<html>hello</html>\r\n\r\n", "\0\0\0\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    ])
    func `S1 an answer that is not one becomes 502, and the connection is not used again`(_ response: String) throws {
        try withProxy(script: Self.raw(response, closing: false)) { gateway, origin in
            let client = try gateway.connect()
            let refused = try client.get("/bad")
            try origin.waitForEnds(1)
            #expect(refused.status == 502)
            #expect(refused.field("proxy-status")?.hasPrefix("gateway; error=") == true)
            #expect(try gateway.logLine(target: "/bad")["reason"]?.string?.isEmpty == false)
            #expect(try gateway.get("/good").text == "good")
            #expect(origin.connections == 2)
        }
    }

    @Test func `S2 with both lengths the chunks count, and the connection is not used again`() throws {
        let both = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        let script: ScriptedOrigin.Script = { wire in
            while try wire.nextRequest() != nil { try wire.send(both) }
        }
        try withProxy(script: script) { gateway, origin in
            let client = try gateway.connect()
            for _ in 0..<2 {
                let response = try client.get("/")
                #expect(response.text == "ok" || response.status == 502)
                #expect(!response.has("content-length") || response.status == 502)
            }
            #expect(origin.connections == 2)
        }
    }

    @Test func `S3 a folded field line is unfolded or becomes 502`() throws {
        try withProxy(script: Self.raw("HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 2\r\n\r\nok")) { gateway, _ in
            let response = try gateway.get("/bad")
            #expect(response.status == 502 || response.field("a") == "b c")
        }
    }

    @Test func `S3 white space before a colon never reaches the client`() throws {
        try withProxy(script: Self.raw("HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 2\r\n\r\nok")) { gateway, _ in
            let response = try gateway.get("/bad")
            #expect(response.status == 502 || response.field("a") == "b")
        }
    }

    @Test func `S4 interim responses are forwarded in order, before the final one is there`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            let wire = try origin.accept()
            _ = try wire.readRequest()
            try wire.send("HTTP/1.1 102 Processing\r\n\r\n")
            #expect(try client.readHead().status == 102)
            try wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.js>\r\n\r\n")
            let hints = try client.readHead()
            #expect(hints.status == 103)
            #expect(hints.fields("link") == ["</a.css>; rel=preload", "</b.js>"])
            #expect(!hints.has("content-length") && !hints.has("transfer-encoding"))
            try wire.send(ok("done"))
            #expect(try client.readResponse().text == "done")
        }
    }

    @Test func `S4 an HTTP-1-0 client gets no interim responses`() throws {
        try withProxy(answering: { _ in "HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n" + ok("done") }) { gateway, _ in
            let response = try gateway.connect().exchange("GET / HTTP/1.0\r\nHost: test\r\n\r\n")
            #expect(response.interim.isEmpty)
            #expect(response.text == "done")
        }
    }

    @Test func `S6 answers without a body have none, whatever the origin says`() throws {
        let answers = [
            "/204": "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX-A: 1\r\n\r\n",
            "/304": "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\n",
            "/head": "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n",
            "/chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "/good": ok("good"),
        ]
        try withProxy(answering: { answers[$0.target] ?? "" }) { gateway, _ in
            let client = try gateway.connect()
            let noContent = try client.get("/204")
            #expect(noContent.status == 204)
            #expect(!noContent.has("content-length") && !noContent.has("transfer-encoding"))
            let notModified = try client.get("/304")
            #expect(notModified.status == 304 && notModified.field("etag") == "\"x\"")
            let head = try client.exchange("HEAD /head HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(head.field("content-length") == "1234")
            let chunked = try client.exchange("HEAD /chunked HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(chunked.status == 200 && !chunked.has("content-length"))
            #expect(try client.get("/good").text == "good")
        }
    }

    @Test func `S7 a Date is added where the origin sent none, and left alone where it did`() throws {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        try withProxy(answering: { $0.target == "/dated" ? ok("", "Date: \(date)\r\n") : ok() }) { gateway, _ in
            let client = try gateway.connect()
            #expect(try client.get("/dated").fields("date") == [date])
            let added = try client.get("/").fields("date")
            #expect(added.count == 1)
            #expect(added.first?.hasSuffix(" GMT") == true && added.first?.utf8.count == 29)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n",
    ])
    func `S9 a body that is cut off never ends cleanly`(_ response: String) throws {
        try withProxy(script: Self.raw(response)) { gateway, _ in
            let client = try gateway.connect()
            let failure = #expect(throws: HarnessError.self) {
                let relayed = try client.get("/cut")
                if relayed.status == 502 { throw HarnessError.closed("refused before its head was relayed") }
            }
            guard case .closed = failure else {
                Issue.record("instead of the end: \(String(describing: failure))")
                return
            }
            let line = try gateway.logLine(target: "/cut")
            #expect(line["reason"]?.string?.isEmpty == false)
            #expect(try gateway.get("/good").text == "good")
        }
    }

    @Test func `S8 content is not transformed, whatever the client takes`() throws {
        let text = String(repeating: "compressible ", count: 1000)
        let fields = "Cache-Control: no-transform\r\nContent-Type: text/plain\r\n"
        try withProxy(answering: { _ in ok(text, fields) }) { gateway, _ in
            let response = try gateway.get("/", "Accept-Encoding: gzip, br, zstd\r\n")
            #expect(response.text == text)
            #expect(!response.has("content-encoding"))
            #expect(response.fields("cache-control") == ["no-transform"])
        }
    }

    @Test func `S10 bytes after a complete response never reach anybody`() throws {
        let script: ScriptedOrigin.Script = { wire in
            while try wire.nextRequest() != nil { try wire.send(ok("first") + ok("poison")) }
        }
        try withProxy(script: script) { gateway, origin in
            for _ in 0..<5 {
                let client = try gateway.connect()
                #expect(try client.get("/").text == "first")
                #expect(try client.get("/").text == "first")
            }
            #expect(origin.connections == 10)
        }
    }

    @Test func `S10 bytes sent by an idle origin connection never reach anybody`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send("GET /1 HTTP/1.1\r\nHost: test\r\n\r\n")
            let first = try origin.accept()
            _ = try first.readRequest()
            try first.send(ok("one"))
            #expect(try client.readResponse().text == "one")
            try first.send(ok("poison"))
            // The gateway discards the connection for it.
            _ = try first.readUntilClose()
            try client.send("GET /2 HTTP/1.1\r\nHost: test\r\n\r\n")
            let second = try origin.accept()
            #expect(try second.readRequest().target == "/2")
            try second.send(ok("two"))
            #expect(try client.readResponse().text == "two")
        }
    }

    @Test func `S11 Set-Cookie lines stay apart, in order, byte for byte`() throws {
        let cookies = [
            "a=1; Path=/; Priority=High", "b=2;Secure;  HttpOnly", "a=3; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "=x",
            "odd",
        ]
        let fields = cookies.map { "Set-Cookie: \($0)\r\n" }.joined(separator: "X-Between: 1\r\n")
        try withProxy(answering: { _ in ok("", fields) }) { gateway, _ in
            let response = try gateway.get()
            #expect(response.fields("set-cookie") == cookies)
        }
    }

    @Test func `the origin's status, reason and fields are relayed`() throws {
        try withProxy(answering: { _ in "HTTP/1.1 299 Sehr gut\r\nContent-Length: 0\r\nServer: mine\r\n\r\n" }) {
            gateway,
            _ in
            let response = try gateway.get()
            #expect(response.startLine.hasPrefix("HTTP/1.1 299"))
            #expect(response.fields("server") == ["mine"])
        }
    }

    @Test func `an HTTP-1-0 origin's answer is relayed and its connection not used again`() throws {
        let script: ScriptedOrigin.Script = { wire in
            _ = try wire.nextRequest()
            try wire.send("HTTP/1.0 200 OK\r\n\r\nuntil close")
        }
        try withProxy(script: script) { gateway, origin in
            let client = try gateway.connect()
            #expect(try client.get("/").text == "until close")
            #expect(try client.get("/").text == "until close")
            #expect(origin.connections == 2)
        }
    }

    @Test func `an origin connection is kept and used again`() throws {
        try withProxy { gateway, origin in
            for _ in 0..<5 { _ = try gateway.get() }
            #expect(origin.connections == 1)
        }
    }

    @Test func `an origin that says close is not asked again on that connection`() throws {
        let script: ScriptedOrigin.Script = { wire in
            while try wire.nextRequest() != nil { try wire.send(ok("ok", "Connection: close\r\n")) }
        }
        try withProxy(script: script) { gateway, origin in
            let client = try gateway.connect()
            for _ in 0..<3 {
                let response = try client.get()
                #expect(response.text == "ok")
                #expect(!response.fields("connection").joined().contains("close"))
            }
            #expect(origin.connections == 3)
        }
    }
}
