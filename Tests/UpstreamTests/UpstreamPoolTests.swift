import Glibc
import LinuxIO
import Testing
import Upstream

struct UpstreamPoolTests {
    private func pool(
        _ loop: EventLoop,
        _ servers: [String],
        _ change: (inout UpstreamSettings) -> Void = { _ in }
    ) throws -> UpstreamPool {
        var settings = try UpstreamSettings(name: "test", servers: servers.map { try ServerAddress(parsing: $0) })
        change(&settings)
        return UpstreamPool(settings: settings, client: UpstreamClient(loop: loop))
    }

    /// A connection of which the first answer has been read.
    private func used(_ pool: UpstreamPool, _ loop: EventLoop, _ server: Server) throws -> WireConnection {
        let owner = Recorder()
        let before = server.accepted.count
        let connection = pool.dial(server: 0, owner: owner)
        try #require(loop.turn { owner.isAnswered && server.accepted.count == before + 1 })
        try #require(owner.errors.isEmpty)
        _ = connection.send("request")
        server.send("answer", on: before)
        try #require(loop.turn { owner.text == "answer" })
        return connection
    }

    @Test(arguments: ["127.0.0.1:0", "[::1]:0", "unix:/tmp/gateway-upstream-test.sock"])
    func `dials, sends and receives`(listen: String) throws {
        let loop = try EventLoop()
        let text = listen.replacing("upstream-test", with: "upstream-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        let server = try Server(loop, text)
        defer { server.close() }
        let pool = try pool(loop, [server.upstreamAddress])
        let owner = Recorder()
        let connection = pool.dial(server: 0, owner: owner)
        #expect(!owner.isAnswered && !connection.isOpen, "never from inside the call")
        try #require(loop.turn { owner.isAnswered && server.accepted.count == 1 })
        #expect(owner.connected == 1 && connection.isOpen && !connection.isReused && !connection.isTLS)
        #expect(connection.send("GET / HTTP/1.1\r\n\r\n") == .bytes(18))
        #expect(loop.turn { server.received() == "GET / HTTP/1.1\r\n\r\n" })
        server.send("HTTP/1.1 200 OK\r\n\r\n")
        #expect(loop.turn { owner.text == "HTTP/1.1 200 OK\r\n\r\n" })
        server.hangUp()
        #expect(loop.turn { owner.end == .closed })
        #expect(owner.readiness.last?.contains(.peerClosed) == true)
        connection.close()
        connection.close()
        #expect(connection.send("late") == .failed(ENOTCONN))
    }

    @Test func `a connection that comes back is handed out again, the newest first, to its new owner`() throws {
        let loop = try EventLoop()
        let server = try Server(loop)
        defer { server.close() }
        let pool = try pool(loop, [server.upstreamAddress])
        let first = try used(pool, loop, server)
        let second = try used(pool, loop, server)
        pool.checkin(first)
        pool.checkin(second)
        #expect(pool.idleCount == 2 && first.owner == nil)
        pool.checkin(second)
        #expect(pool.idleCount == 2, "a second return changes nothing")
        loop.runOnce(timeoutNanoseconds: 0)
        let again = try #require(pool.checkoutIdle(server: 0))
        #expect(again === second && again.isReused && again.requests == 2 && pool.idleCount == 1)
        let owner = Recorder()
        again.owner = owner
        _ = again.send("second request")
        server.send("second answer", on: 1)
        #expect(loop.turn { owner.text == "second answer" })
        again.close()
        pool.close()
        #expect(pool.idleCount == 0)
        #expect(pool.checkoutIdle(server: 0) == nil)
    }

    @Test(arguments: [true, false]) func `one that the server closed is not handed out`(seen: Bool) throws {
        let loop = try EventLoop()
        let server = try Server(loop)
        defer { server.close() }
        let pool = try pool(loop, [server.upstreamAddress])
        let connection = try used(pool, loop, server)
        pool.checkin(connection)
        server.hangUp()
        if seen { #expect(loop.turn { pool.idleCount == 0 }) }
        #expect(pool.checkoutIdle(server: 0) == nil && pool.idleCount == 0 && !connection.isOpen)
    }

    @Test(arguments: [true, false]) func `one on which the server spoke unasked is not handed out`(seen: Bool) throws {
        let loop = try EventLoop()
        let server = try Server(loop)
        defer { server.close() }
        let pool = try pool(loop, [server.upstreamAddress])
        let connection = try used(pool, loop, server)
        pool.checkin(connection)
        server.send("HTTP/1.1 408 Request Timeout\r\n\r\n")
        if seen { #expect(loop.turn { pool.idleCount == 0 }) }
        #expect(pool.checkoutIdle(server: 0) == nil && !connection.isOpen)
    }

    @Test func `over the limit the oldest goes, over the time all go`() throws {
        let loop = try EventLoop()
        let server = try Server(loop)
        defer { server.close() }
        let pool = try pool(loop, [server.upstreamAddress]) {
            $0.keepAliveConnections = 2
            $0.keepAliveIdle = 50_000_000
        }
        var connections: [WireConnection] = []
        for _ in 0..<3 { connections.append(try used(pool, loop, server)) }
        for connection in connections {
            pool.checkin(connection)
            loop.runOnce(timeoutNanoseconds: 0)
        }
        #expect(connections.map(\.isOpen) == [false, true, true])
        let start = loop.now
        #expect(loop.turn { pool.idleCount == 0 })
        #expect(loop.now - start >= 49_000_000 - 20_000_000)
        #expect(connections.allSatisfy { !$0.isOpen })
    }

    @Test func `a pool that goes closes what waits in it`() throws {
        let loop = try EventLoop()
        let server = try Server(loop)
        defer { server.close() }
        var pool: UpstreamPool? = try pool(loop, [server.upstreamAddress])
        let connection = try used(#require(pool), loop, server)
        pool?.checkin(connection)
        pool = nil
        #expect(!connection.isOpen)
    }

    @Test func `servers take turns`() throws {
        let pool = try pool(EventLoop(), ["http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"])
        #expect((0..<7).map { _ in pool.nextServer() } == [0, 1, 2, 0, 1, 2, 0])
    }

    @Test func `nobody listens: refused`() throws {
        let loop = try EventLoop()
        let server = try Server(loop)
        server.close()
        let missing = "unix:/tmp/gateway-nobody-\(getpid()).sock"
        let pool = try pool(loop, [server.upstreamAddress, missing])
        for index in 0..<2 {
            let owner = Recorder()
            let connection = pool.dial(server: index, owner: owner)
            #expect(loop.turn { owner.isAnswered })
            #expect(owner.errors == [.connectionRefused] && !connection.isOpen && connection.owner == nil)
            #expect("\(owner.errors[0].proxyStatus)" == "connection_refused")
        }
    }

    @Test func `a name without address is not resolved`() throws {
        let loop = try EventLoop()
        let pool = try pool(loop, ["http://no-such-host.invalid"])
        let owner = Recorder()
        _ = pool.dial(server: 0, owner: owner)
        #expect(loop.turn { owner.isAnswered })
        #expect(owner.errors == [.nameNotResolved] || owner.errors == [.nameLookupTimeout])
    }

    @Test func `a server that does not answer the handshake is given up in time`() throws {
        let loop = try EventLoop()
        // Its queue of one is full, so that the kernel drops further calls.
        let listener = try Sockets.listen(#require(SocketAddress(parsing: "127.0.0.1:0")), reusePort: false, backlog: 0)
        defer { Sockets.close(listener) }
        let address = try #require(Sockets.boundAddress(listener))
        let pool = try pool(loop, ["http://\(address)"]) { $0.connectTimeout = 300_000_000 }
        let owners = (0..<6).map { _ in Recorder() }
        let start = loop.now
        let connections = owners.map { pool.dial(server: 0, owner: $0) }
        #expect(loop.turn { owners.allSatisfy(\.isAnswered) })
        #expect(owners.flatMap(\.errors).contains(.connectTimeout))
        #expect(owners.flatMap(\.errors).allSatisfy { $0 == .connectTimeout })
        #expect(loop.now - start >= 290_000_000 && loop.now - start < 3_000_000_000)
        for connection in connections { connection.close() }
    }

    @Test func `five hundred are dialled at once, and every other one is cancelled`() throws {
        let loop = try EventLoop()
        let server = try Server(loop)
        defer { server.close() }
        let pool = try pool(loop, [server.upstreamAddress])
        let owners = (0..<500).map { _ in Recorder() }
        let connections = owners.map { pool.dial(server: 0, owner: $0) }
        for (index, connection) in connections.enumerated() where index % 2 == 1 {
            if index % 4 == 1 { loop.runOnce(timeoutNanoseconds: 0) }
            if owners[index].isAnswered { continue }
            connection.close()
        }
        #expect(loop.turn { owners.indices.allSatisfy { $0 % 2 == 1 || owners[$0].isAnswered } })
        #expect(owners.flatMap(\.errors).isEmpty)
        for (owner, connection) in zip(owners, connections) {
            #expect(owner.connected == (connection.isOpen ? 1 : 0))
            connection.close()
        }
    }

    @Test func `a dialled connection that nobody keeps still answers, and one closed while dialling is freed`() throws {
        let loop = try EventLoop()
        let server = try Server(loop)
        defer { server.close() }
        let pool = try pool(loop, [server.upstreamAddress])
        let owner = Recorder()
        _ = pool.dial(server: 0, owner: owner)
        #expect(loop.turn { owner.connected == 1 })
        owner.connection?.close()
        weak var weakly: WireConnection?
        do {
            let connection = pool.dial(server: 0, owner: Recorder())
            weakly = connection
            connection.close()
        }
        loop.runOnce(timeoutNanoseconds: 0)
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(weakly == nil)
    }
}
