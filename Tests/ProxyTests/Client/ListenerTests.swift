import Glibc
import LinuxIO
import Testing

@testable import Proxy

/// A worker's loop turned by hand, with real sockets on the loopback.
struct ListenerTests {
    @Test func `takes every connection that waits`() throws {
        let worker = try Bench.worker()
        let (descriptor, address) = try Bench.listening()
        let clients = try (0..<5).map { _ in try Bench.connected(to: address) }
        worker.listen(on: descriptor, isShared: false)
        Bench.turn(worker) { worker.counters.connections == 5 }
        #expect(worker.counters.connections == 5)
        clients.forEach { close($0) }
        worker.drain()
    }

    @Test func `a connection over the limit is told so and closed`() throws {
        let worker = try Bench.worker("limits: { connections: 1 }\n" + Stage.nullRoute)
        let (descriptor, address) = try Bench.listening()
        let clients = try (0..<2).map { _ in try Bench.connected(to: address) }
        worker.listen(on: descriptor, isShared: false)
        Bench.turn(worker) { worker.counters.connections == 2 }
        let answers = clients.map(Bench.received)
        #expect(answers.filter { $0.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") }.count == 1)
        #expect(answers.filter(\.isEmpty).count == 1)
        clients.forEach { close($0) }
        worker.drain()
    }

    @Test func `a place that becomes free is given to the next`() throws {
        let worker = try Bench.worker("limits: { connections: 1 }\n" + Stage.nullRoute)
        let (descriptor, address) = try Bench.listening()
        worker.listen(on: descriptor, isShared: false)
        for number: UInt64 in 1...3 {
            let client = try Bench.connected(to: address)
            Bench.turn(worker) { worker.counters.connections == number }
            #expect(Bench.received(client).isEmpty)
            close(client)
            // The end of a connection is told in a turn of its own.
            for _ in 0..<3 { worker.loop.runOnce(timeoutNanoseconds: 20_000_000) }
        }
        #expect(worker.counters.connections == 3)
        worker.drain()
    }

    @Test func `a worker that drains closes what is idle and listens no more`() throws {
        let worker = try Bench.worker()
        let (descriptor, address) = try Bench.listening()
        worker.listen(on: descriptor, isShared: false)
        let client = try Bench.connected(to: address)
        Bench.turn(worker) { worker.counters.connections == 1 }
        worker.drain()
        var byte: UInt8 = 0
        #expect(recv(client, &byte, 1, 0) == 0)
        close(client)
        #expect(throws: IOError.self) { try Bench.connected(to: address) }
    }

    @Test func `a bad request is answered in one turn, and its connection closed`() throws {
        let worker = try Bench.worker()
        let (descriptor, address) = try Bench.listening()
        worker.listen(on: descriptor, isShared: false)
        let client = try Bench.connected(to: address)
        let request = Array("GET / HTTP/1.1\nHost: a\n\n".utf8)
        #expect(send(client, request, request.count, 0) == request.count)
        Bench.turn(worker) { worker.counters.failures == 1 }
        #expect(Bench.received(client).hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        close(client)
        worker.drain()
    }
}
