import Glibc
import Testing

/// What no single rule names: any cutting of the bytes, any mutilation of a request, and nothing left behind.
struct RobustnessTests {
    /// A generator whose sequence is the same in every run, so that a failure comes again.
    private struct Sequence: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let high = (state >> 33) ^ state
            return high &* 0x9e37_79b9_7f4a_7c15
        }
    }

    /// Cuts bytes at random places; seldom in many, mostly in few.
    private static func pieces(of text: String, _ random: inout Sequence) -> [[UInt8]] {
        let bytes = Array(text.utf8)
        let cuts = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            Int.random(in: 0...bytes.count, using: &random)
        }
        let places = [0] + cuts.sorted() + [bytes.count]
        return zip(places, places.dropFirst()).map { Array(bytes[$0..<$1]) }.filter { !$0.isEmpty }
    }

    @Test func `however the bytes are cut on either side, the messages are the same`() throws {
        var random = Sequence(state: 7)
        try withListener { gateway, origin in
            let client = try gateway.connect()
            var wire: Wire?
            for round in 0..<150 {
                let body = String(repeating: "abcdefgh", count: Int.random(in: 0...60, using: &random))
                let chunks = "\(String(body.utf8.count, radix: 16));x=y\r\n\(body)\r\n0\r\nX-T: \(round)\r\n\r\n"
                let isChunked = !body.isEmpty && Bool.random(using: &random)
                let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.utf8.count)"
                let content = isChunked ? chunks : body
                let request =
                    "POST /\(round) HTTP/1.1\r\nHost: test\r\nTE: trailers\r\nConnection: TE\r\n\(framing)\r\n\r\n\(content)"
                for piece in Self.pieces(of: request, &random) { try client.send(piece) }
                if wire == nil { wire = try origin.accept() }
                let seen = try #require(try wire?.readRequest())
                #expect(seen.target == "/\(round)" && seen.text == body)
                #expect(seen.trailers.map(\.value) == (isChunked ? ["\(round)"] : []))
                let answer =
                    "HTTP/1.1 103 Early\r\nLink: <\(round)>\r\n\r\nHTTP/1.1 200 OK\r\n\(framing)\r\n\r\n\(content)"
                for piece in Self.pieces(of: answer, &random) { try wire?.send(piece) }
                let response = try client.readResponse(to: "POST")
                #expect(response.interim.first?.field("link") == "<\(round)>")
                #expect(response.text == body)
                #expect(response.trailers.map(\.value) == (isChunked ? ["\(round)"] : []))
            }
            #expect(!origin.hasConnectionWaiting)
        }
    }

    @Test
    func
        `however a request is mutilated, the client gets an answer for what the origin was asked, and for nothing else`()
        throws
    {
        let completed = Board<[String]>([])
        let script: ScriptedOrigin.Script = { wire in
            while let request = try wire.nextRequest() {
                completed.change { $0.append(request.target) }
                try wire.send(ok(request.target))
            }
        }
        let inserts = [
            "\r\n", "\n", "\r", " ", "\t", "\0", ":", ",", ";", "0", "1", "a", "chunked", "Content-Length: 3\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\n", "\r\n\r\n", "0\r\n\r\n", "GET /x HTTP/1.1\r\nHost: test\r\n\r\n",
            "Connection: close\r\n", "\u{b}",
            "HTTP/1.0", "Expect: 100-continue\r\n", "Host: other\r\n", "%00", "\u{7f}", "X-Session: evil\r\n",
        ]
        let smuggled = "GET /inside HTTP/1.1\r\nHost: test\r\n\r\n"
        let whole =
            "POST /first HTTP/1.1\r\nHost: test\r\nContent-Length: \(smuggled.utf8.count)\r\n\r\n\(smuggled)"
            + "POST /second HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n\(String(smuggled.utf8.count, radix: 16))\r\n\(smuggled)\r\n0\r\n\r\n"
            + "GET /third HTTP/1.1\r\nHost: test\r\n\r\n"
        var random = Sequence(state: 11)
        try withProxy(top: "timeouts: { request_head: 300ms, request_body: 300ms, keep_alive: 300ms }", script: script)
        { gateway, _ in
            for _ in 0..<400 {
                var bytes = Array(whole.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let at = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0...2, using: &random) {
                    case 0: bytes.remove(at: at)
                    case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
                    default: bytes.insert(contentsOf: Array((inserts.randomElement(using: &random) ?? "").utf8), at: at)
                    }
                }
                completed.change { $0 = [] }
                let client = try gateway.connect()
                try client.send(bytes)
                var answered: [String] = []
                while let head = try client.nextHead() {
                    guard head.status != 100 else { continue }
                    let length = try #require(head.field("content-length").flatMap { Int($0) }, "\(head.startLine)")
                    let body = try client.readExactly(length)
                    if head.status == 200 { answered.append(Latin1.text(body)) }
                }
                #expect(answered == completed.current, "\(Latin1.text(bytes).debugDescription)")
            }
        }
    }

    @Test
    func `however an answer is mutilated, the client gets well-formed HTTP or a broken connection, and only its own`()
        throws
    {
        let inserts = [
            "\r\n", "\n", "\r", " ", "\0", ":", ",", "0", "1", "f", "chunked", "Content-Length: 3\r\n",
            "Transfer-Encoding: chunked\r\n",
            "\r\n\r\n", "0\r\n\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 103 Early\r\n\r\n", "Connection: close\r\n",
            "\u{b}", "HTTP/1.0",
            "X-Session-Set: {\"a\":1}\r\n", "Set-Cookie: a=b\r\n", " folded\r\n", "\u{7f}",
        ]
        // The answer's bytes travel in the request, so that the test decides them.
        let script: ScriptedOrigin.Script = { wire in
            while let request = try wire.nextRequest() {
                try wire.send(request.body)
                if request.has("x-close") { return }
            }
        }
        var random = Sequence(state: 13)
        try withProxy(upstream: "timeouts: { first_byte: 200ms, idle: 200ms }", script: script) { gateway, _ in
            for round in 1000..<1300 {
                let body = "tag-\(round)."
                let isChunked = Bool.random(using: &random)
                var bytes = Array(
                    (isChunked
                        ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
                        : "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nX-A: b\r\n\r\n\(body)").utf8
                )
                for _ in 0..<Int.random(in: 1...2, using: &random) {
                    let at = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0...2, using: &random) {
                    case 0: bytes.remove(at: at)
                    case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
                    default: bytes.insert(contentsOf: Array((inserts.randomElement(using: &random) ?? "").utf8), at: at)
                    }
                }
                let close = round % 4 == 0 ? "" : "X-Close: 1\r\n"
                let client = try gateway.connect()
                try client.send(
                    Array(
                        "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\(close)Content-Length: \(bytes.count)\r\n\r\n"
                            .utf8
                    ) + bytes
                )
                do {
                    let response = try client.readResponse(to: "POST")
                    #expect(
                        !response.names.contains { $0.hasPrefix("x-session") },
                        "\(Latin1.text(bytes).debugDescription)"
                    )
                    let others = (1000..<round).filter { response.text.contains("tag-\($0).") }
                    #expect(others.isEmpty, "\(response.text) for \(Latin1.text(bytes).debugDescription)")
                    try client.expectClosed()
                } catch HarnessError.closed {
                    // Broken off where the origin's fault came too late for a 502.
                } catch {
                    Issue.record("\(error) for \(Latin1.text(bytes).debugDescription)")
                }
            }
        }
    }

    @Test func `connections that came and went leave no descriptor behind`() throws {
        let script: ScriptedOrigin.Script = { wire in
            while let request = try wire.nextRequest() {
                switch request.target {
                case "/reset": return wire.reset()
                case "/close": return
                case "/junk": return try wire.send("junk\r\n\r\n")
                case "/cut": return try wire.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut")
                default: try wire.send(ok("ok", "Connection: close\r\n"))
                }
            }
        }
        try withProxy(script: script) { gateway, origin in
            for _ in 0..<5 { _ = try gateway.get() }
            let before = gateway.child.openDescriptors
            var expected = origin.connections
            for round in 0..<40 {
                for target in ["/reset", "/close", "/junk", "/cut", "/ok"] {
                    let client = try gateway.connect()
                    try client.send("POST \(target) HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n")
                    _ = try client.readHead()
                    expected += 1
                    if round % 2 == 0 { client.reset() } else { client.close() }
                }
            }
            try origin.waitForEnds(expected)
            // Each exchange is a turn of the gateway's loop, in which it sees the ends that came before; some of its own
            // connections wait a little for the client to close first.
            let deadline = Deadline()
            while gateway.child.openDescriptors > before + 2, deadline.milliseconds > 0 {
                let last = try gateway.get("/last", "Connection: close\r\n")
                #expect(last.status == 200)
            }
            #expect(gateway.child.openDescriptors <= before + 2)
        }
    }

    @Test func `a gateway that ran out of descriptors serves again once there are some`() throws {
        let origin = try ScriptedOrigin.responding(ok())
        let directory = try TemporaryDirectory()
        let file = try directory.write("gateway.conf", RouteFiles.null(origin.url))
        let gateway = try GatewayProcess(command: ["run", "--config", file], descriptors: 40, in: directory)
        let first = try gateway.connect()
        #expect(try first.get().status == 200)
        var crowd: [Wire] = []
        for _ in 0..<60 { crowd.append(try gateway.connect()) }
        #expect(try first.get().status == 200)
        for client in crowd { client.reset() }
        #expect(try first.get().status == 200)
        for _ in 0..<10 { #expect(try gateway.get().status == 200) }
        first.close()
        #expect(try gateway.stop() == .status(0))
    }

    @Test func `more clients than connections allows do no harm to those who are in`() throws {
        try withProxy(top: "limits: { connections: 20 }") { gateway, _ in
            let inside = try (0..<10).map { _ in try gateway.connect() }
            for client in inside { #expect(try client.get().status == 200) }
            let crowd = try (0..<40).map { _ in try gateway.connect() }
            for client in inside { #expect(try client.get().status == 200) }
            for client in crowd { client.close() }
            // Whether they waited, got 503 or were closed: there is room again.
            for client in inside.dropFirst(5) { client.close() }
            let response = try inside[0].get()
            #expect(response.status == 200)
        }
    }

    @Test func `the gateway's own answers to HEAD have no body, and the connection goes on`() throws {
        let origin = try ScriptedOrigin.responding(ok())
        let file = RouteFiles.null(origin.url, route: "methods: [GET]").replacing("path: /*", with: "path: /in/*")
        try withGateway(file) { gateway in
            let client = try gateway.connect()
            for _ in 0..<2 {
                let missing = try client.exchange("HEAD /out HTTP/1.1\r\nHost: test\r\n\r\n")
                #expect(missing.status == 404)
                let refused = try client.post("/in/x", body: "GET /in/smuggled HTTP/1.1\r\nHost: test\r\n\r\n")
                #expect(refused.status == 405)
                #expect(try client.get("/in/x").text == "ok")
            }
            #expect(origin.targets == ["/in/x", "/in/x"])
        }
    }
}
