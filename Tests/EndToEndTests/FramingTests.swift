import Testing

/// Rules F1 to F14: where a request ends.
///
/// Every doubt is refused, and what follows a refused request is never read.
struct FramingTests {
    /// A request that must be refused before the origin hears of it.
    struct Refused: Sendable {
        let rule: String
        let bytes: [UInt8]
        let statuses: [Int]

        init(_ rule: String, _ text: String, _ statuses: Int...) {
            self.rule = rule
            bytes = Array(text.utf8)
            self.statuses = statuses.isEmpty ? [400] : statuses
        }
    }

    private static let get = "GET / HTTP/1.1\r\nHost: test\r\n"
    private static let post = "POST / HTTP/1.1\r\nHost: test\r\n"

    private static func coding(_ value: String) -> Refused {
        Refused("F4 \(value.debugDescription)", post + "Transfer-Encoding: \(value)\r\n\r\n0\r\n\r\n", 400, 501)
    }

    private static func length(_ value: String) -> Refused {
        Refused("F3 \(value.debugDescription)", post + "Content-Length:\(value)\r\n\r\nhello", 400)
    }

    private static func line(_ rule: String, _ line: String, _ statuses: Int...) -> Refused {
        Refused("\(rule) \(line.debugDescription)", get + line + "\r\n\r\n", 400)
    }

    static let refused: [Refused] =
        [
            Refused("F1 both lengths", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            Refused("F1 other order", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
            Refused("F2 two lines", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
            Refused("F2 a list", post + "Content-Length: 5, 6\r\n\r\nhello!"),
            Refused("F5", "POST / HTTP/1.0\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            Refused(
                "F4 two lines",
                post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                400,
                501
            ),
            Refused("F7 bare LF everywhere", "GET / HTTP/1.1\nHost: test\n\n"),
            Refused("F7 bare LF in the request line", "GET / HTTP/1.1\nHost: test\r\n\r\n"),
            Refused("F7 bare LF after a field", get + "A: b\nC: d\r\n\r\n"),
            Refused("F7 bare CR in a value", get + "A: b\rC: d\r\n\r\n"),
            Refused("F7 bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F7 CR CR LF", get + "A: b\r\r\n\r\n"),
            Refused("F7 white space before the first field", "GET / HTTP/1.1\r\n Host: test\r\nHost: test\r\n\r\n"),
            Refused("F7 two empty lines first", "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F8 NUL in a value", get + "A: b\0c\r\n\r\n"),
            Refused("F8 NUL in a name", get + "A\0: b\r\n\r\n"),
            Refused("F9 two spaces", "GET  / HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F9 two spaces before the version", "GET /  HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F9 a tab", "GET\t/ HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F9 a space at the end", "GET / HTTP/1.1 \r\nHost: test\r\n\r\n", 400, 505),
            Refused("F9 a space at the start", " GET / HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F9 no version", "GET /\r\nHost: test\r\n\r\n", 400, 505),
            Refused("F9 no target", "GET HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F9 version 2", "GET / HTTP/2.0\r\nHost: test\r\n\r\n", 505),
            Refused("F9 version 1.2", "GET / HTTP/1.2\r\nHost: test\r\n\r\n", 505),
            Refused("F9 version 0.9", "GET / HTTP/0.9\r\nHost: test\r\n\r\n", 505),
            Refused("F9 version small", "GET / http/1.1\r\nHost: test\r\n\r\n", 400, 505),
            Refused("F9 version long", "GET / HTTP/1.10\r\nHost: test\r\n\r\n", 400, 505),
            Refused("F9 version 01.1", "GET / HTTP/01.1\r\nHost: test\r\n\r\n", 400, 505),
            Refused("F9 a fragment", "GET /a#b HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F9 not ASCII", "GET /ü HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F9 NUL in the target", "GET /a\0b HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F9 DEL in the target", "GET /a\u{7f}b HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("F9 a method that is no token", "G(T / HTTP/1.1\r\nHost: test\r\n\r\n"),
            Refused("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 505),
            Refused("TLS on a clear port", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\r\n\r\n"),
        ]
        + [
            "+5", "-0", "0x5", "5 5", "", " ", "5a", "5,", ",5", "5.0", "18446744073709551621",
            "99999999999999999999999", "\u{b}5",
        ]
        .map { length(" " + $0) }
        + [
            "identity", "gzip", "chunked, gzip", "chunked, chunked", "xchunked", ",chunked", "chunked,", "chunked;a=b",
            "chunked\u{b}",
            "\u{b}chunked", "chunked\u{c}", "chunk", "chunked\0", "\"chunked\"", "", "chunked identity", "chunKed x",
            "chunked, identity",
        ].map { coding($0) }
        + [
            line("F8", "A : b"), line("F8", "A\t: b"), line("F8", " folded"), line("F8", "A: b\r\n folded"),
            line("F8", "A: b\r\n\tfolded"),
            line("F8", ": b"), line("F8", "no colon"), line("F8", "A(: b"), line("F8", "A\"B: c"), line("F8", "Ä: b"),
            line("F8", "A: b\u{1}"), line("F8", "A: \u{7f}"), line("F8", "A/B: c"), line("F8", "[A]: c"),
            line("F8", "A@B: c"),
        ]

    @Test func `a request whose end could be in doubt is refused, closed, and never reaches the origin`() throws {
        try withProxy { gateway, origin in
            for request in Self.refused {
                let client = try gateway.connect()
                try client.send(request.bytes + Array("GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n".utf8))
                do {
                    let response = try client.readResponse()
                    #expect(request.statuses.contains(response.status), "\(request.rule): \(response.startLine)")
                    try client.expectClosed()
                } catch {
                    Issue.record("\(request.rule): \(error)")
                }
            }
            #expect(try gateway.get("/good").status == 200)
            #expect(origin.targets == ["/good"])
        }
    }

    @Test(arguments: [
        "0x3\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n", " 3\r\nabc\r\n0\r\n\r\n",
        "3 \r\nabc\r\n0\r\n\r\n",
        "3_\r\nabc\r\n0\r\n\r\n", "\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "3\rabc\r\n0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n",
        "3\r\nabc\n0\r\n\r\n", "3\r\nabc0\r\n\r\n", "3\r\nabc\r\n0\n\r\n", "10000000000000003\r\nabc\r\n0\r\n\r\n",
        "ffffffffffffffff\r\nabc", "fffffffffffffffff\r\nabc", "3;a\0b\r\nabc\r\n0\r\n\r\n",
        "3;a\rb\r\nabc\r\n0\r\n\r\n",
        "3;a\nb\r\nabc\r\n0\r\n\r\n", "3;a\u{1}\r\nabc\r\n0\r\n\r\n", "g\r\nabc\r\n0\r\n\r\n", "0\r\nA : b\r\n\r\n",
        "0\r\nA: b\r\n c\r\n\r\n",
        "0\r\nA: b\nC: d\r\n\r\n", "0\r\nA: b\0\r\n\r\n", "0\r\nno colon\r\n\r\n", "0\r\n\n",
    ])
    func `F6 a chunk that is not strictly one is refused and ends the connection`(_ body: String) throws {
        let completed = Gate(false)
        let script: ScriptedOrigin.Script = { wire in
            while try wire.nextRequest() != nil {
                completed.open()
                try wire.send(ok())
            }
        }
        try withProxy(script: script) { gateway, origin in
            let client = try gateway.connect()
            try client.send(
                "POST /bad HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n\(body)GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n"
            )
            #expect(try client.readResponse(to: "POST").status == 400)
            try client.expectClosed()
            #expect(!completed.current)
            #expect(try gateway.get("/good").status == 200)
            #expect(origin.targets.filter { $0 != "/bad" } == ["/good"])
        }
    }

    @Test func `F6 a chunk extension without end is refused`() throws {
        try withProxy { gateway, _ in
            let client = try gateway.connect()
            let endless = String(repeating: "x", count: 100_000)
            // The gateway may close before it has read all of this.
            try? client.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1;\(endless)")
            #expect(try client.readResponse(to: "POST").status == 400)
        }
    }

    @Test func `F2 equal lengths are refused or become one`() throws {
        for length in ["Content-Length: 2\r\nContent-Length: 2", "Content-Length: 2, 2"] {
            try withProxy { gateway, origin in
                let client = try gateway.connect()
                try client.send("POST / HTTP/1.1\r\nHost: test\r\n\(length)\r\n\r\nok")
                let response = try client.readResponse(to: "POST")
                if response.status == 400 {
                    try client.expectClosed()
                    #expect(origin.requests.isEmpty)
                } else {
                    #expect(response.status == 200)
                    #expect(try origin.lastRequest().fields("content-length") == ["2"])
                }
            }
        }
    }

    @Test func `F7 one empty line before a request is ignored`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            #expect(try client.exchange("\r\nGET /a HTTP/1.1\r\nHost: test\r\n\r\n").status == 200)
            #expect(try client.exchange("\r\nGET /b HTTP/1.1\r\nHost: test\r\n\r\n").status == 200)
            #expect(origin.targets == ["/a", "/b"])
        }
    }

    @Test func `requests that come one byte at a time are the same requests`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.sendByteByByte("POST /a?b HTTP/1.1\r\nHost: test\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello")
            let wire = try origin.accept()
            let first = try wire.readRequest()
            #expect(first.target == "/a?b" && first.text == "hello" && first.field("x-a") == "b")
            try wire.sendByteByByte(ok("one"))
            #expect(try client.readResponse(to: "POST").text == "one")
            try client.sendByteByByte(
                "POST /c HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n6\r\n world\r\n000\r\nX-T: t\r\n\r\n"
            )
            let second = try wire.readRequest()
            #expect(second.text == "hello world")
            #expect(second.trailers == [Message.Field(name: "X-T", value: "t")])
            try wire.sendByteByByte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;q\r\ntwo\r\n0\r\n\r\n")
            #expect(try client.readResponse(to: "POST").text == "two")
            try client.sendByteByByte("GET /d HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try wire.readRequest().target == "/d")
            try wire.send(ok("three"))
            #expect(try client.readResponse().text == "three")
        }
    }

    @Test func `F11 a hundred pipelined requests are answered in order`() throws {
        try withProxy(answering: { ok($0.target) }) { gateway, origin in
            let client = try gateway.connect()
            let targets = (0..<100).map { "/\($0)" }
            var requests = ""
            for (index, target) in targets.enumerated() {
                requests +=
                    index % 3 == 0
                    ? "POST \(target) HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nGET"
                    : "GET \(target) HTTP/1.1\r\nHost: test\r\n\r\n"
            }
            try client.send(requests)
            for target in targets { #expect(try client.readResponse().text == target) }
            #expect(origin.targets == targets)
        }
    }

    @Test func `F11 pipelined requests whose answers pile up are all answered`() throws {
        let body = String(repeating: "b", count: 1000)
        try withProxy(routes: "- { path: /own, respond: { status: 200, body: \"\(body)\" } }") { gateway, _ in
            let client = try gateway.connect()
            let count = 600
            try client.send(String(repeating: "GET /own HTTP/1.1\r\nHost: test\r\n\r\n", count: count))
            for _ in 0..<count { #expect(try client.readResponse().text == body) }
        }
    }

    @Test func `F10 a body that is broken after an early answer ends its connection and nothing else`() throws {
        try withProxy(routes: "- { path: /own, respond: { status: 200, body: ok } }") { gateway, _ in
            for rest in ["zz\r\n", "5\r\nhello!!", "10000\r\n"] {
                let client = try gateway.connect()
                // The answer to the first request says that the gateway keeps the beginning of the second.
                try client.send("GET /own HTTP/1.1\r\nHost: test\r\n\r\nPOST /own HTTP/1.1\r\nHost: te")
                #expect(try client.readResponse().text == "ok")
                try client.send(
                    "st\r\nTransfer-Encoding: chunked\r\n\r\n\(rest)" + String(repeating: "y", count: 80_000)
                )
                #expect(try client.readResponse(to: "POST").text == "ok")
                client.close()
            }
            #expect(try gateway.get("/own").text == "ok")
        }
    }

    @Test func `F11 nothing after Connection close is processed`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            try client.send(
                "GET /a HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: test\r\n\r\n"
            )
            let response = try client.readResponse()
            #expect(response.status == 200)
            #expect(response.fields("connection").joined().lowercased().contains("close"))
            try client.expectClosed()
            #expect(try gateway.get("/c").status == 200)
            #expect(origin.targets == ["/a", "/c"])
        }
    }

    @Test func `F12 a message is framed anew, chunk extensions and odd chunk sizes go no further`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send(
                "POST / HTTP/1.1\r\nHost: test\r\ntransfer-encoding: CHUNKED\r\n\r\n0003;secret=1\r\nabc\r\n00000000\r\n\r\n"
            )
            let wire = try origin.accept()
            let request = try wire.readRequest()
            #expect(request.text == "abc")
            #expect(request.fields("transfer-encoding") == ["chunked"])
            #expect(!Latin1.text(request.raw).contains("secret"))
            try wire.send("HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n0002;secret=1\r\nok\r\n0\r\n\r\n")
            let response = try client.readResponse(to: "POST")
            #expect(response.text == "ok")
            #expect(response.fields("transfer-encoding") == ["chunked"])
        }
    }

    @Test func `F13 what follows an upgrade that is not taken up is read as the next request`() throws {
        try withProxy(answering: { ok($0.target) }) { gateway, origin in
            let client = try gateway.connect()
            try client.send(
                "GET /ws HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nGET /next HTTP/1.1\r\nHost: test\r\n\r\n"
            )
            #expect(try client.readResponse().text == "/ws")
            #expect(try client.readResponse().text == "/next")
            #expect(origin.targets == ["/ws", "/next"])
            #expect(origin.requests.map { $0.has("upgrade") } == [true, false])
            #expect(origin.requests.map { $0.has("connection") } == [true, false])
            #expect(origin.requests.allSatisfy { $0.has("via") })
        }
    }

    @Test func `F14 an upgrade to h2c is never forwarded`() throws {
        try withProxy { gateway, origin in
            for connection in ["Upgrade, HTTP2-Settings", "Upgrade", "keep-alive"] {
                let response = try gateway.get(
                    "/",
                    "Connection: \(connection)\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
                )
                #expect(response.status == 200)
                let seen = try origin.lastRequest()
                #expect(!seen.has("upgrade") && !seen.has("http2-settings"))
            }
        }
    }
}
