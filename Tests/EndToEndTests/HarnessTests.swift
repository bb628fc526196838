import Testing

/// The harness against itself: what it says of the gateway is worth no more than this.
struct HarnessTests {
    @Test func `a client and a scripted origin understand each other`() throws {
        let origin = try ScriptedOrigin.responding(ok("hello", "X-A: 1\r\nX-A: 2\r\n"))
        let client = try Wire(to: origin.endpoint)
        for _ in 0..<3 {
            let response = try client.get("/x?y", "X-B:  b \r\n")
            #expect(response.status == 200)
            #expect(response.text == "hello")
            #expect(response.fields("x-a") == ["1", "2"])
        }
        #expect(origin.targets == ["/x?y", "/x?y", "/x?y"])
        #expect(origin.connections == 1)
        #expect(origin.requests[0].field("X-B") == "b")
        #expect(Latin1.text(origin.requests[0].raw) == "GET /x?y HTTP/1.1\r\nHost: test\r\nX-B:  b \r\n\r\n")
    }

    @Test func `chunks, trailers and interim responses are read`() throws {
        let origin = try ScriptedOrigin { wire in
            let request = try wire.readRequest()
            try wire.send("HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n")
            try wire.sendByteByByte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let size = String(request.body.count, radix: 16)
            try wire.sendByteByByte("\(size)\r\n\(request.text)\r\n0\r\nX-T: 1\r\n\r\n")
        }
        let client = try Wire(to: origin.endpoint)
        try client.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n")
        let response = try client.readResponse(to: "POST")
        #expect(response.text == "abc0123456789")
        #expect(response.trailers == [Message.Field(name: "X-T", value: "1")])
        #expect(response.interim.map(\.status) == [103])
        try client.expectClosed()
        #expect(client.end == .closed)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\n folded\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
    ])
    func `what is not strictly HTTP is an error`(_ response: String) throws {
        let origin = try ScriptedOrigin { wire in
            _ = try wire.readHead()
            try wire.send(response)
        }
        let client = try Wire(to: origin.endpoint)
        #expect(throws: HarnessError.self) { try client.get() }
    }

    @Test func `a reset is told from a close`() throws {
        let listener = try OriginListener()
        let client = try Wire(to: listener.endpoint)
        try listener.accept().reset()
        try client.expectClosed()
        #expect(client.end == .reset)
        #expect(!listener.hasConnectionWaiting)
    }

    @Test func `a peer that does not read blocks the sender`() throws {
        let listener = try OriginListener()
        let client = try Wire(to: listener.endpoint)
        let sent = try client.sendUntilBlocked(limit: 1 << 28)
        #expect(sent < 1 << 26)
        let origin = try listener.accept()
        #expect(try origin.readExactly(sent).count == sent)
        #expect(origin.pending.isEmpty)
    }

    @Test func `a child's lines, exit status and signals are seen`() throws {
        let shell = try ChildProcess(
            "/bin/sh",
            ["-c", "trap 'exit 7' TERM; echo one; echo $WORD >&2; while :; do :; done"],
            environment: ["WORD": "two"]
        )
        #expect(shell.wait(shell.standardOutput, for: { $0.first }) == "one")
        #expect(shell.wait(shell.standardError, for: { $0.first }) == "two")
        shell.signal(15)
        #expect(try shell.waitForExit() == .status(7))
    }

    @Test func `a cookie jar keeps, replaces and forgets`() throws {
        var jar = CookieJar()
        jar.take(try message("Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\n"))
        #expect(jar.line == "Cookie: a=1; b=2\r\n")
        jar.take(try message("Set-Cookie: a=; Max-Age=0\r\nSet-Cookie: b=3\r\n"))
        #expect(jar.line == "Cookie: b=3\r\n")
    }

    private func message(_ fields: String) throws -> Message {
        try Message(head: Array("HTTP/1.1 200 OK\r\n\(fields)\r\n".utf8))
    }
}
