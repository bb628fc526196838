import Glibc
import LinuxIO
import Testing

@testable import Proxy

/// A worker's loop turned by hand, with real sockets on the loopback.
struct ListenerTests {
    private func worker(_ file: String = Stage.nullRoute) throws -> Worker {
        try Worker(snapshot: Snapshot(try Sample.settings(file)), output: LogOutput(descriptor: -1), workers: 1)
    }

    /// A listening socket and where it listens.
    private func listening() throws -> (descriptor: Int32, address: SocketAddress) {
        let wanted = try #require(SocketAddress(parsing: "127.0.0.1:0"))
        let descriptor = try Sockets.listen(wanted, reusePort: true)
        return (descriptor, try #require(Sockets.boundAddress(descriptor)))
    }

    private func connected(to address: SocketAddress) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = address.port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw IOError("connect")
        }
        return descriptor
    }

    private func turn(_ worker: Worker, until isDone: () -> Bool) {
        var turns = 0
        while !isDone(), turns < 200 {
            worker.loop.runOnce(timeoutNanoseconds: 20_000_000)
            turns += 1
        }
    }

    private func received(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }

    @Test func `takes every connection that waits`() throws {
        let worker = try worker()
        let (descriptor, address) = try listening()
        let clients = try (0..<5).map { _ in try connected(to: address) }
        worker.listen(on: descriptor, isShared: false)
        turn(worker) { worker.counters.connections == 5 }
        #expect(worker.counters.connections == 5)
        clients.forEach { close($0) }
        worker.drain()
    }

    @Test func `a connection over the limit is told so and closed`() throws {
        let worker = try worker("limits: { connections: 1 }\n" + Stage.nullRoute)
        let (descriptor, address) = try listening()
        let clients = try (0..<2).map { _ in try connected(to: address) }
        worker.listen(on: descriptor, isShared: false)
        turn(worker) { worker.counters.connections == 2 }
        let answers = clients.map(received)
        #expect(answers.filter { $0.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") }.count == 1)
        #expect(answers.filter(\.isEmpty).count == 1)
        clients.forEach { close($0) }
        worker.drain()
    }

    @Test func `a place that becomes free is given to the next`() throws {
        let worker = try worker("limits: { connections: 1 }\n" + Stage.nullRoute)
        let (descriptor, address) = try listening()
        worker.listen(on: descriptor, isShared: false)
        for number: UInt64 in 1...3 {
            let client = try connected(to: address)
            turn(worker) { worker.counters.connections == number }
            #expect(received(client).isEmpty)
            close(client)
            // The end of a connection is told in a turn of its own.
            for _ in 0..<3 { worker.loop.runOnce(timeoutNanoseconds: 20_000_000) }
        }
        #expect(worker.counters.connections == 3)
        worker.drain()
    }

    @Test func `a worker that drains closes what is idle and listens no more`() throws {
        let worker = try worker()
        let (descriptor, address) = try listening()
        worker.listen(on: descriptor, isShared: false)
        let client = try connected(to: address)
        turn(worker) { worker.counters.connections == 1 }
        worker.drain()
        var byte: UInt8 = 0
        #expect(recv(client, &byte, 1, 0) == 0)
        close(client)
        #expect(throws: IOError.self) { try connected(to: address) }
    }

    @Test func `a bad request is answered in one turn, and its connection closed`() throws {
        let worker = try worker()
        let (descriptor, address) = try listening()
        worker.listen(on: descriptor, isShared: false)
        let client = try connected(to: address)
        let request = Array("GET / HTTP/1.1\nHost: a\n\n".utf8)
        #expect(send(client, request, request.count, 0) == request.count)
        turn(worker) { worker.counters.failures == 1 }
        #expect(received(client).hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        close(client)
        worker.drain()
    }
}
