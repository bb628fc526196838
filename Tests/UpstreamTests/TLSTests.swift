import LinuxIO
import Testing
import Upstream

struct TLSTests {
    private func dial(
        _ loop: EventLoop,
        _ port: Int,
        caFile: String?,
        _ owner: Recorder
    ) throws -> (
        UpstreamPool, WireConnection
    ) {
        var settings = try UpstreamSettings(
            name: "secure",
            servers: [ServerAddress(parsing: "https://localhost:\(port)")]
        )
        settings.caFile = caFile
        let pool = UpstreamPool(settings: settings, client: UpstreamClient(loop: loop))
        let connection = pool.dial(server: 0, owner: owner)
        #expect(loop.turn { owner.isAnswered })
        return (pool, connection)
    }

    @Test func `a certificate of a trusted authority is accepted, and the connection is used twice`() throws {
        let loop = try EventLoop()
        let server = try TLSServer()
        let owner = Recorder()
        let (pool, connection) = try dial(loop, server.port, caFile: server.caFile, owner)
        #expect(owner.errors.isEmpty && connection.isOpen && connection.isTLS)
        #expect(connection.send("hello\n") == .bytes(6))
        #expect(loop.turn { owner.text == "olleh\n" })
        pool.checkin(connection)
        loop.runOnce(timeoutNanoseconds: 0)
        let again = try #require(pool.checkoutIdle(server: 0))
        #expect(again === connection && again.isReused)
        let second = Recorder()
        again.owner = second
        #expect(again.send("again\n") == .bytes(6))
        #expect(loop.turn { second.text == "niaga\n" })
        again.close()
    }

    @Test func `an unknown authority and another's name are refused`() throws {
        let loop = try EventLoop()
        for (server, trusted) in [(try TLSServer(), false), (try TLSServer(name: "other.example"), true)] {
            let owner = Recorder()
            let (_, connection) = try dial(loop, server.port, caFile: trusted ? server.caFile : nil, owner)
            guard case .tlsCertificate(let text) = owner.errors.first else {
                Issue.record("\(owner.errors)")
                return
            }
            #expect(!text.isEmpty && !connection.isOpen)
            #expect("\(owner.errors[0].proxyStatus)" == "tls_certificate_error")
        }
    }

    @Test func `a server that does not speak TLS is an error of the handshake`() throws {
        let loop = try EventLoop()
        let server = try Server(loop)
        defer { server.close() }
        let settings = try UpstreamSettings(
            name: "plain",
            servers: [ServerAddress(parsing: "https://localhost:\(server.address.port)")]
        )
        let pool = UpstreamPool(settings: settings, client: UpstreamClient(loop: loop))
        let owner = Recorder()
        _ = pool.dial(server: 0, owner: owner)
        try #require(loop.turn { !server.accepted.isEmpty })
        server.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        #expect(loop.turn { owner.isAnswered })
        guard case .tlsFailed = owner.errors.first else {
            Issue.record("\(owner.errors)")
            return
        }
    }

    /// The server stops reading when nobody reads what it sends; what OpenSSL could not send it gets again, although
    /// the caller's bytes live elsewhere every time.
    @Test func `ten megabytes get through a connection that blocks, from memory that moves`() throws {
        let loop = try EventLoop()
        let server = try TLSServer()
        let owner = Recorder()
        let (pool, connection) = try dial(loop, server.port, caFile: server.caFile, owner)
        try #require(connection.isOpen)
        let lines = (0..<20_000).map { "\($0) " + String(repeating: "x", count: 500) + "\n" }
        let all = Array(lines.joined().utf8)
        let reader = Reader()
        connection.owner = reader
        var sent = 0
        var blocked = false
        let done = loop.turn {
            while sent < all.count {
                let copy = Array(all[sent..<min(all.count, sent + 100_000)])
                let result = copy.withUnsafeBytes { connection.send($0) }
                guard case .bytes(let count) = result else {
                    blocked = true
                    break
                }
                sent += count
                if count < copy.count { blocked = true }
            }
            // Nothing is read before the connection has blocked once.
            if blocked || sent == all.count { reader.drain(connection) }
            return reader.bytes.count >= all.count
        }
        #expect(done && blocked && sent == all.count)
        let expected = lines.map { String($0.dropLast().reversed()) }
        let received = String(decoding: reader.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(received == expected)
        connection.close()
        pool.close()
    }
}

/// An owner that reads only when it is told to.
private final class Reader: WireOwner {
    var bytes: [UInt8] = []

    func drain(_ connection: WireConnection) {
        withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { room in
            while case .bytes(let count) = connection.receive(into: room) { bytes += room.prefix(count) }
        }
    }
}
