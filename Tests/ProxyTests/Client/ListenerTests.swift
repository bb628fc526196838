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

    /// In a process of its own: the limit on descriptors is the whole process's.
    @Test func `without a descriptor left it pauses, and then takes who waited`() async {
        await #expect(processExitsWith: .success) {
            let worker = try Bench.worker()
            let (descriptor, address) = try Bench.listening()
            let client = try Bench.connected(to: address)
            worker.listen(on: descriptor, isShared: false)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let usual = limit.rlim_cur
            let next = dup(0)
            close(next)
            limit.rlim_cur = rlim_t(next)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let start = worker.loop.now
            for _ in 0..<5 { worker.loop.runOnce(timeoutNanoseconds: 5_000_000) }
            // Had it not paused, every turn but the first would have been told of the waiting client at once.
            guard worker.counters.connections == 0, worker.loop.now - start >= 15_000_000 else { exit(1) }
            limit.rlim_cur = usual
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            Bench.turn(worker) { worker.counters.connections == 1 }
            close(client)
            exit(worker.counters.connections == 1 ? 0 : 2)
        }
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
