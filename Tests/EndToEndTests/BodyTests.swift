import Glibc
import Testing

/// Content both ways: whole, bounded in memory, and ended as HTTP says.
struct BodyTests {
    private static let size = 10 << 20

    /// Bytes in which a lost, doubled or moved part shows.
    private static func pattern(_ count: Int) -> [UInt8] {
        var state: UInt32 = 12345
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
    }

    private static func chunked(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        var size = 1
        while at < bytes.count {
            let part = bytes[at..<min(at + size, bytes.count)]
            out += Array("\(String(part.count, radix: 16))\r\n".utf8) + part + Array("\r\n".utf8)
            at += size
            size = size * 3 % 50_000 + 1
        }
        return out + Array("0\r\n\r\n".utf8)
    }

    @Test(arguments: [false, true], [false, true])
    func `ten megabytes go both ways unharmed`(_ requestChunked: Bool, _ responseChunked: Bool) throws {
        let body = Self.pattern(Self.size)
        let script: ScriptedOrigin.Script = { wire in
            while let request = try wire.nextRequest() {
                let framing = responseChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(request.body.count)"
                try wire.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n")
                try wire.send(responseChunked ? Self.chunked(request.body) : request.body)
            }
        }
        try withProxy(script: script) { gateway, origin in
            let client = try gateway.connect()
            for _ in 0..<2 {
                let framing = requestChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
                try client.send("POST / HTTP/1.1\r\nHost: test\r\n\(framing)\r\n\r\n")
                try client.send(requestChunked ? Self.chunked(body) : body)
                let response = try client.readResponse(to: "POST")
                #expect(response.body == body)
                #expect(response.has("content-length") != responseChunked)
                #expect(try origin.lastRequest().has("content-length") != requestChunked)
            }
            #expect(origin.connections == 1)
        }
    }

    @Test func `an origin that does not read holds the client back, in bounded memory`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            let offered = 512 << 20
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: \(offered)\r\n\r\n")
            let wire = try origin.accept()
            _ = try wire.readHead()
            let before = gateway.child.residentBytes
            let accepted = try client.sendUntilBlocked(limit: offered)
            #expect(accepted < 64 << 20)
            #expect(gateway.child.growth(since: before) < 8 << 20)
            // What was taken arrives once the origin reads.
            #expect(try wire.readExactly(accepted).count == accepted)
            client.reset()
            _ = try wire.readUntilClose()
            #expect(!origin.hasConnectionWaiting)
        }
    }

    @Test func `a client that does not read holds the origin back, in bounded memory`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect(receiveBuffer: 65536)
            try client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            let wire = try origin.accept()
            _ = try wire.readRequest()
            let offered = 512 << 20
            try wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(offered)\r\n\r\n")
            let before = gateway.child.residentBytes
            let accepted = try wire.sendUntilBlocked(limit: offered)
            #expect(accepted < 64 << 20)
            #expect(gateway.child.growth(since: before) < 8 << 20)
            _ = try client.readHead()
            #expect(try client.readExactly(accepted).count == accepted)
        }
    }

    @Test func `a client that asks and asks without reading is held back, in bounded memory`() throws {
        let body = String(repeating: "b", count: 65536)
        try withProxy(answering: { ok($0.target + body) }) { gateway, origin in
            #expect(try gateway.get().status == 200)
            let before = gateway.child.residentBytes
            let client = try gateway.connect(receiveBuffer: 16384)
            let requests = (0..<1000).map { "GET /\($0) HTTP/1.1\r\nHost: test\r\n\r\n" }.joined()
            let accepted = try client.sendUntilBlocked(Array(requests.utf8), limit: 256 << 20)
            #expect(accepted < 64 << 20)
            #expect(origin.requests.count < 5000)
            #expect(gateway.child.growth(since: before) < 8 << 20)
            for number in 0..<100 { #expect(try client.readResponse().text.hasPrefix("/\(number)b")) }
            client.reset()
            #expect(try gateway.get("/after").status == 200)
        }
    }

    @Test func `a body streams: its beginning arrives before its end was sent`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
            let wire = try origin.accept()
            _ = try wire.readHead()
            #expect(Latin1.text(try wire.readExactly(7)) == "2\r\nab\r\n")
            try client.send("0\r\n\r\n")
            #expect(Latin1.text(try wire.readExactly(5)) == "0\r\n\r\n")
            try wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
            _ = try client.readHead()
            #expect(Latin1.text(try client.readExactly(6)) == "1\r\nx\r\n")
            try wire.send("0\r\n\r\n")
            #expect(Latin1.text(try client.readExactly(5)) == "0\r\n\r\n")
        }
    }

    @Test func `an HTTP-1-0 client gets a body without chunks, ended by the close`() throws {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n"
        try withProxy(answering: { _ in chunked }) { gateway, _ in
            let client = try gateway.connect()
            let response = try client.exchange("GET / HTTP/1.0\r\nHost: test\r\n\r\n")
            #expect(!response.has("transfer-encoding"))
            #expect(response.text == "abcde")
            try client.expectClosed()
        }
    }

    @Test func `an HTTP-1-0 client that sends no Host is served where no host is asked for`() throws {
        try withProxy { gateway, _ in
            let response = try gateway.connect().exchange("GET / HTTP/1.0\r\n\r\n")
            #expect(response.status == 200)
        }
    }

    @Test func `S5 an expectation is forwarded, and the origin's one 100 comes back`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            let wire = try origin.accept()
            let head = try wire.readHead()
            #expect(head.field("expect")?.lowercased() == "100-continue")
            try wire.send("HTTP/1.1 100 Continue\r\n\r\n")
            #expect(try client.readHead().status == 100)
            try client.send("ok")
            #expect(try wire.readExactly(2) == Array("ok".utf8))
            try wire.send(ok("done"))
            let response = try client.readResponse(to: "POST")
            #expect(response.interim.isEmpty)
            #expect(response.text == "done")
        }
    }

    @Test func `S5 an expectation is forwarded at once on a connection out of the pool too`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send("GET /warm HTTP/1.1\r\nHost: test\r\n\r\n")
            let wire = try origin.accept()
            _ = try wire.readRequest()
            try wire.send(ok("warm"))
            #expect(try client.readResponse().text == "warm")
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(try wire.readHead().method == "POST")
            try wire.send("HTTP/1.1 100 Continue\r\n\r\n")
            #expect(try client.readHead().status == 100)
            try client.send("ok")
            #expect(try wire.readExactly(2) == Array("ok".utf8))
            try wire.send(ok("done"))
            #expect(try client.readResponse(to: "POST").text == "done")
        }
    }

    @Test func `S5 a final answer may take the place of 100, and the body is not waited for`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            let wire = try origin.accept()
            _ = try wire.readHead()
            try wire.send(answer(417, "no"))
            let response = try client.readResponse(to: "POST")
            #expect(response.status == 417 && response.interim.isEmpty)
            #expect(response.text == "no")
        }
    }

    @Test func `S5 an HTTP-1-0 client's expectation is ignored`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            try client.send("POST / HTTP/1.0\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok")
            let response = try client.readResponse(to: "POST")
            #expect(response.interim.isEmpty && response.status == 200)
            #expect(!(try origin.lastRequest().has("expect")))
        }
    }

    @Test func `S5 413 precedes the body that was expected to wait`() throws {
        try withProxy(route: "max_body: 1") { gateway, origin in
            let client = try gateway.connect()
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            let response = try client.readResponse(to: "POST")
            #expect(response.status == 413 && response.interim.isEmpty)
            #expect(origin.requests.isEmpty)
        }
    }

    @Test func `F10 an early final answer reaches a client that still sends, and the rest is no request`() throws {
        let script: ScriptedOrigin.Script = { wire in
            while let head = try wire.nextHead() {
                try wire.send(head.method == "POST" ? answer(413, "too large", "Connection: close\r\n") : ok("next"))
                if head.method == "POST" { return _ = try wire.readUntilClose() }
            }
        }
        try withProxy(script: script) { gateway, origin in
            let client = try gateway.connect()
            let rest = "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n"
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: \(rest.utf8.count + 5)\r\n\r\nhello")
            let response = try client.readResponse(to: "POST")
            #expect(response.status == 413 && response.text == "too large")
            try? client.send(rest)
            try? client.send("GET /next HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            _ = try client.readUntilClose()
            #expect(!origin.targets.contains("/smuggled"))
        }
    }

    @Test func `F10 after an early answer the rest of the body is read, and the next request is the next request`()
        throws
    {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            let rest = "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n"
            try client.send("POST /early HTTP/1.1\r\nHost: test\r\nContent-Length: \(rest.utf8.count + 5)\r\n\r\nhello")
            let first = try origin.accept()
            _ = try first.readHead()
            try first.send(ok("early"))
            #expect(try client.readResponse(to: "POST").text == "early")
            // Half a request went out there: nothing else may follow it.
            _ = try first.readUntilClose()
            try client.send(rest + "GET /next HTTP/1.1\r\nHost: test\r\n\r\n")
            let second = try origin.accept()
            #expect(try second.readRequest().target == "/next")
            try second.send(ok("next"))
            #expect(try client.readResponse().text == "next")
        }
    }

    @Test(arguments: [
        ("Content-Length: 200000", true), ("Transfer-Encoding: chunked", true), ("Content-Length: 2000", false),
    ])
    func `F10 an answer that comes before a long body says that it is the last`(
        _ framing: String,
        _ isLast: Bool
    ) throws {
        let nobody = try OriginListener.unusedPort()
        try withGateway(RouteFiles.null(nobody.url)) { gateway in
            let client = try gateway.connect()
            try client.send("POST / HTTP/1.1\r\nHost: test\r\n\(framing)\r\n\r\n")
            let response = try client.readResponse(to: "POST")
            #expect(response.status == 502)
            #expect((response.field("connection") == "close") == isLast)
            guard !isLast else { return }
            try client.send(String(repeating: "x", count: 2000))
            #expect(try client.get("/next").status == 502)
        }
    }

    @Test func `F10 an early final answer is readable though the client sends megabytes`() throws {
        let script: ScriptedOrigin.Script = { wire in
            _ = try wire.nextHead()
            try wire.send(answer(401, "who are you", "Connection: close\r\n"))
            _ = try wire.readUntilClose()
        }
        try withProxy(script: script) { gateway, _ in
            for _ in 0..<5 {
                let client = try gateway.connect()
                try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: \(Self.size)\r\n\r\n")
                // The gateway may stop reading, or close: what counts is what it said.
                _ = try? client.sendUntilBlocked(limit: Self.size, patience: .milliseconds(200))
                #expect(try client.readResponse(to: "POST").text == "who are you")
            }
        }
    }

    @Test func `H10 response trailers reach a client that takes them`() throws {
        let chunked =
            "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\nX-Sum: 43\r\n\r\n"
        try withProxy(answering: { _ in chunked }) { gateway, _ in
            let client = try gateway.connect()
            let response = try client.get("/", "TE: trailers\r\nConnection: TE\r\n")
            #expect(response.trailers.map(\.value) == ["42", "43"])
            #expect(!response.has("x-sum"))
            #expect(try client.get("/").text == "ok")
        }
    }

    @Test func `a request without a body has none at the origin`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            for method in ["GET", "HEAD", "DELETE", "OPTIONS"] {
                _ = try client.exchange("\(method) / HTTP/1.1\r\nHost: test\r\n\r\n")
                let seen = try origin.lastRequest()
                #expect(!seen.has("content-length") && !seen.has("transfer-encoding"), "\(method)")
            }
            _ = try client.exchange("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n")
            #expect(try origin.lastRequest().field("content-length") == "0")
        }
    }

    @Test func `a GET with a body keeps it`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send("GET / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello")
            let wire = try origin.accept()
            #expect(try wire.readRequest().text == "hello")
        }
    }
}
