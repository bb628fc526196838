import Foundation
import Testing

/// Origins that speak TLS, with an authority of the test's own.
struct UpstreamTLSTests {
    private func file(_ origin: SecureOrigin, host: String = "localhost", trusted: Bool) -> String {
        RouteFiles.null(origin.url(host), upstream: trusted ? "tls: { ca: \(origin.authority) }" : "")
    }

    @Test func `an origin whose certificate verifies is spoken to, again and again on one connection`() throws {
        let origin = try SecureOrigin(connections: 1)
        try withGateway(file(origin, trusted: true)) { gateway in
            for round in 0..<5 {
                let client = try gateway.connect()
                try client.send("POST /\(round) HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello")
                let seen = try origin.wire.readRequest()
                #expect(seen.target == "/\(round)" && seen.text == "hello")
                #expect(seen.field("host") == "test")
                try origin.wire.send(ok("secure \(round)"))
                #expect(try client.readResponse(to: "POST").text == "secure \(round)")
            }
        }
    }

    @Test func `ten megabytes go both ways through TLS though either side is slow to read`() throws {
        let origin = try SecureOrigin()
        let body = (0..<(10 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        try withGateway(file(origin, trusted: true)) { gateway in
            let endpoint = gateway.endpoints[0]
            let answered = Board<[UInt8]?>(nil)
            Thread.detachNewThread {
                let received: [UInt8]
                do {
                    let client = try Wire(to: endpoint, receiveBuffer: 16384)
                    try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.count)\r\n\r\n")
                    try client.send(body)
                    received = try client.readResponse(to: "POST").body
                } catch {
                    received = Array("\(error)".utf8)
                }
                answered.change { $0 = received }
            }
            _ = try origin.wire.readHead()
            // Not read until the gateway has long been blocked on it.
            #expect(!(try gateway.connect().isReadable(within: .milliseconds(500))))
            #expect(try origin.wire.readExactly(body.count) == body)
            try origin.wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
            try origin.wire.send(body)
            let received = try #require(answered.wait { $0 })
            #expect(received == body, "\(Latin1.text(received.prefix(100)))")
        }
    }

    @Test func `X6 a body over TLS that ends with the connection has ended when the origin says farewell`() throws {
        try withBegunBody { origin, client in
            // openssl sends close_notify at the end of its input.
            origin.wire.shutdownWrite()
            let end = try client.read(through: Self.lastChunk)
            #expect(end == Self.lastChunk)
        }
    }

    @Test func `X6 a body over TLS that ends without close_notify is cut`() throws {
        try withBegunBody { origin, client in
            origin.kill()
            let rest = try client.readUntilClose()
            // The chunk's own line end at most, and no last chunk.
            #expect(["", "\r\n"].contains(Latin1.text(rest)))
        }
    }

    @Test func `a tunnel through TLS flows both ways, and each side ends by itself`() throws {
        let origin = try SecureOrigin()
        try withGateway(file(origin, trusted: true)) { gateway in
            let client = try gateway.connect()
            try client.send(TunnelTests.handshake + "early")
            _ = try origin.wire.readRequest()
            try origin.wire.send(TunnelTests.switched + "first")
            #expect(try client.readHead().status == 101)
            #expect(try client.readExactly(5) == Array("first".utf8))
            #expect(try origin.wire.readExactly(5) == Array("early".utf8))
            let body = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
            try client.send(body)
            #expect(try origin.wire.readExactly(body.count) == body)
            try origin.wire.send(body)
            #expect(try client.readExactly(body.count) == body)
            // s_server answers close_notify by closing.
            try client.send("last")
            client.shutdownWrite()
            #expect(try origin.wire.readExactly(4) == Array("last".utf8))
            try client.expectClosed()
            #expect(client.end == .closed)
            #expect(try gateway.logLine(target: "/chat")["reason"] == nil)
        }
    }

    @Test func `a tunnel through TLS delivers what is on its way before its end`() throws {
        let origin = try SecureOrigin()
        try withGateway(file(origin, trusted: true)) { gateway in
            let client = try gateway.connect()
            try client.send(TunnelTests.handshake)
            _ = try origin.wire.readRequest()
            try origin.wire.send(TunnelTests.switched)
            _ = try client.readHead()
            let sent = try client.sendUntilBlocked(limit: 64 << 20, patience: .milliseconds(300))
            #expect(sent > 1 << 20)
            client.shutdownWrite()
            let received = try origin.wire.readExactly(sent)
            #expect(received.count == sent)
            try client.expectClosed()
            #expect(client.end == .closed)
        }
    }

    @Test func `X6 a tunnel through TLS that ends without close_notify is a cut`() throws {
        let origin = try SecureOrigin()
        try withGateway(file(origin, trusted: true)) { gateway in
            let client = try gateway.connect()
            try client.send(TunnelTests.handshake)
            _ = try origin.wire.readRequest()
            try origin.wire.send(TunnelTests.switched + "x")
            _ = try client.readHead()
            _ = try client.readExactly(1)
            origin.kill()
            _ = try client.readUntilClose()
            #expect(client.end == .reset)
        }
    }

    private static let lastChunk = Array("\r\n0\r\n\r\n".utf8)

    /// A client that has got the beginning of a body without length and chunks.
    private func withBegunBody(_ body: (SecureOrigin, Wire) throws -> Void) throws {
        let origin = try SecureOrigin()
        try withGateway(file(origin, trusted: true)) { gateway in
            let client = try gateway.connect()
            try client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            _ = try origin.wire.readRequest()
            try origin.wire.send("HTTP/1.1 200 OK\r\n\r\nthe beginning")
            let begun = try #require(try client.read(through: Array("the beginning".utf8)))
            #expect(Latin1.text(begun).lowercased().contains("transfer-encoding: chunked"))
            try body(origin, client)
        }
    }

    @Test func `X2 an origin whose certificate does not verify becomes 502`() throws {
        let origin = try SecureOrigin()
        try withGateway(file(origin, trusted: false)) { gateway in
            let response = try gateway.get("/unknown")
            #expect(response.status == 502)
            #expect(response.field("proxy-status")?.contains("error=tls") == true)
            #expect(try gateway.logLine(target: "/unknown")["reason"]?.string?.isEmpty == false)
        }
    }

    @Test func `X2 an origin with another's name becomes 502`() throws {
        let origin = try SecureOrigin(name: "other.example")
        try withGateway(file(origin, trusted: true)) { gateway in
            let response = try gateway.get()
            #expect(response.status == 502)
            #expect(response.field("proxy-status")?.contains("error=tls") == true)
        }
    }

    @Test func `X2 an origin that speaks no TLS becomes 502`() throws {
        let origin = try ScriptedOrigin { wire in try wire.send("HTTP/1.1 400 This is not TLS\r\n\r\n") }
        let file = RouteFiles.null(origin.url.replacing("http://127.0.0.1", with: "https://localhost"))
        try withGateway(file) { gateway in
            let response = try gateway.get()
            #expect(response.status == 502)
            #expect(origin.requests.isEmpty)
        }
    }
}
