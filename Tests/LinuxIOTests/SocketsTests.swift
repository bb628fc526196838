import Glibc
import LinuxIO
import Testing

/// A blocking connection to an address, as a client of another program would make it.
private func connected(to address: SocketAddress) throws -> Int32 {
    if address.isUnix {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var kernel = sockaddr_un()
        kernel.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &kernel.sun_path) { $0.copyBytes(from: address.path.utf8) }
        return try finish(descriptor, &kernel)
    }
    if address.family == .v6 {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        var kernel = sockaddr_in6()
        kernel.sin6_family = sa_family_t(AF_INET6)
        kernel.sin6_port = address.port.bigEndian
        kernel.sin6_addr = in6addr_loopback
        return try finish(descriptor, &kernel)
    }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var kernel = sockaddr_in()
    kernel.sin_family = sa_family_t(AF_INET)
    kernel.sin_port = address.port.bigEndian
    kernel.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return try finish(descriptor, &kernel)
}

private func finish<Kernel>(_ descriptor: Int32, _ kernel: inout Kernel) throws -> Int32 {
    let result = withUnsafePointer(to: &kernel) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<Kernel>.size))
        }
    }
    guard result == 0 else {
        let error = IOError("connect")
        close(descriptor)
        throw error
    }
    return descriptor
}

private struct Nobody: Error {}

private func accepted(on listener: Int32) throws -> (Int32, SocketAddress) {
    guard case .connection(let descriptor, let peer) = Sockets.accept(listener) else { throw Nobody() }
    return (descriptor, peer)
}

private func address(_ text: String) throws -> SocketAddress { try #require(SocketAddress(parsing: text)) }

private func send(_ descriptor: Int32, _ parts: String...) -> Transfer {
    let bytes = parts.map { Array($0.utf8) } + [[], [], []]
    return bytes[0].withUnsafeBytes { first in
        bytes[1].withUnsafeBytes { second in
            bytes[2].withUnsafeBytes { Sockets.send(descriptor, first, second, $0) }
        }
    }
}

private func receive(_ descriptor: Int32) -> (Transfer, String) {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { room in
        let result = Sockets.receive(descriptor, into: room)
        guard case .bytes(let count) = result else { return (result, "") }
        return (result, String(decoding: room.prefix(count), as: UTF8.self))
    }
}

struct SocketsTests {
    @Test(arguments: ["127.0.0.1:0", "[::1]:0"]) func `listens, accepts and says who came`(text: String) throws {
        let listener = try Sockets.listen(address(text), reusePort: false)
        defer { Sockets.close(listener) }
        let bound = try #require(Sockets.boundAddress(listener))
        #expect(bound.port != 0)
        #expect(throws: Nobody.self) { try accepted(on: listener) }
        let client = try connected(to: bound)
        defer { Sockets.close(client) }
        let (connection, peer) = try accepted(on: listener)
        defer { Sockets.close(connection) }
        #expect(peer == Sockets.boundAddress(client))
        var noDelay: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, &size)
        #expect(noDelay != 0, "accepted sockets inherit it")
        #expect(fcntl(connection, F_GETFL) & O_NONBLOCK != 0 && fcntl(connection, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test func `the IPv6 wildcard takes IPv4 clients, whose IP is written as IPv4`() throws {
        let listener = try Sockets.listen(address("[::]:0"), reusePort: false)
        defer { Sockets.close(listener) }
        let port = try #require(Sockets.boundAddress(listener)).port
        let client = try connected(to: address("127.0.0.1:\(port)"))
        defer { Sockets.close(client) }
        let (connection, peer) = try accepted(on: listener)
        defer { Sockets.close(connection) }
        let buffer = ByteBuffer()
        peer.writeIP(into: buffer)
        #expect(String(decoding: buffer.readable, as: UTF8.self) == "127.0.0.1")
    }

    @Test func `a port is shared with reusePort and refused without`() throws {
        let first = try Sockets.listen(address("127.0.0.1:0"), reusePort: true)
        defer { Sockets.close(first) }
        let bound = try #require(Sockets.boundAddress(first))
        let second = try Sockets.listen(bound, reusePort: true)
        Sockets.close(second)
        let error = #expect(throws: IOError.self) { try Sockets.listen(bound, reusePort: false) }
        #expect(error?.errno == EADDRINUSE)
        #expect(error?.description == "bind \(bound): Address already in use")
    }

    @Test func `a unix socket left behind is replaced, one in use is not`() throws {
        let path = "unix:/tmp/gateway-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        let address = try address(path)
        defer { unlink(address.path) }
        let first = try Sockets.listen(address, reusePort: false)
        #expect(throws: IOError.self) { try Sockets.listen(address, reusePort: false) }
        let client = try connected(to: address)
        let (connection, peer) = try accepted(on: first)
        #expect(peer.isUnix && peer.path.isEmpty)
        for descriptor in [client, connection, first] { Sockets.close(descriptor) }
        let second = try Sockets.listen(address, reusePort: false)
        #expect(Sockets.boundAddress(second) == address)
        Sockets.close(second)
    }

    @Test func `a file that is no socket is left alone`() throws {
        let address = try address("unix:/tmp/gateway-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).txt")
        let file = open(address.path, O_CREAT | O_WRONLY, 0o600)
        let written = write(file, "kept", 4)
        defer { unlink(address.path) }
        close(file)
        #expect(written == 4)
        let error = #expect(throws: IOError.self) { try Sockets.listen(address, reusePort: false) }
        #expect(error?.errno == EADDRINUSE)
        var status = stat()
        let isThere = stat(address.path, &status) == 0
        #expect(isThere && status.st_size == 4)
    }

    @Test func `bytes, parts, peeks, ends and resets are what they say`() throws {
        let listener = try Sockets.listen(address("127.0.0.1:0"), reusePort: false)
        defer { Sockets.close(listener) }
        let client = try connected(to: try #require(Sockets.boundAddress(listener)))
        let (server, _) = try accepted(on: listener)
        defer { Sockets.close(server) }
        #expect(Sockets.peek(server) == .wouldBlock)
        #expect(receive(server).0 == .wouldBlock)
        #expect(send(client, "one, ", "", "three") == .bytes(10))
        #expect(Sockets.peek(server) == .bytes(1))
        #expect(receive(server) == (.bytes(10), "one, three"))
        Sockets.shutdownWrite(server)
        #expect(receive(client).0 == .closed)
        Sockets.setLingerReset(client)
        Sockets.close(client)
        #expect(receive(server).0 == .failed(ECONNRESET))
        #expect(send(server, "x") == .failed(EPIPE))
    }

    @Test func `a full socket would block, and is writable again once read`() throws {
        let loop = try EventLoop()
        let listener = try Sockets.listen(address("127.0.0.1:0"), reusePort: false)
        defer { Sockets.close(listener) }
        let client = try connected(to: try #require(Sockets.boundAddress(listener)))
        defer { Sockets.close(client) }
        let (server, _) = try accepted(on: listener)
        defer { Sockets.close(server) }
        let probe = Probe()
        try loop.watch(probe, descriptor: server)
        loop.runOnce(timeoutNanoseconds: 0)
        let block = [UInt8](repeating: 7, count: 1 << 20)
        var sent = 0
        while case .bytes(let count) = block.withUnsafeBytes({ Sockets.send(server, $0) }) { sent += count }
        probe.seen = []
        var received = 0
        var room = [UInt8](repeating: 0, count: 1 << 20)
        while received < sent {
            guard case .bytes(let count) = room.withUnsafeMutableBytes({ Sockets.receive(client, into: $0) }) else {
                Issue.record("the stream ended")
                return
            }
            received += count
        }
        #expect(loop.turn { probe.seen.contains { $0.contains(.writable) } })
        loop.unwatch(probe)
    }
}
