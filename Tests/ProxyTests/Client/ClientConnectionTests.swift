import Glibc
import LinuxIO
import Testing

@testable import Proxy

/// Connections of real clients to a worker whose loop is turned by hand: the loop waits for its timers, the tests do
/// not.
struct ClientConnectionTests {
    private static let own = "routes: [{ path: /*, respond: { status: 200, body: hello } }]\n"

    /// A worker and a client that is connected to it; `room` is that of the kernel for what is on its way, in bytes.
    private func connected(_ file: String = own, room: Int32? = nil) throws -> (Worker, Int32) {
        let worker = try Bench.worker("access_log: off\n" + file)
        let (descriptor, address) = try Bench.listening()
        // Connections have the room of the socket they come from.
        if var room { setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<Int32>.size)) }
        worker.listen(on: descriptor, isShared: false)
        let client = try Bench.connected(to: address, room: room)
        Bench.turn(worker) { worker.counters.connections == 1 }
        return (worker, client)
    }

    /// Turns until `count` answers of the gateway's own have come, and gives them all as text.
    private func answers(_ count: Int, _ worker: Worker, _ client: Int32) -> String {
        var text = ""
        Bench.turn(worker) {
            text += Bench.received(client)
            return text.components("HTTP/1.1 ") == count
        }
        return text
    }

    @Test func `a head that does not come in time is a 408, and the connection ends`() throws {
        let (worker, client) = try connected("timeouts: { request_head: 30ms }\n" + Self.own)
        Bench.send("GET / HTTP/1.1\r\nHost:", on: client)
        #expect(answers(1, worker, client).hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        Bench.turn(worker) { Bench.isEnded(client) }
        #expect(Bench.isEnded(client))
        close(client)
        worker.drain()
    }

    @Test func `a client that says nothing is closed without a word`() throws {
        let (worker, client) = try connected("timeouts: { keep_alive: 30ms }\n" + Self.own)
        Bench.turn(worker) { Bench.isEnded(client) }
        #expect(Bench.isEnded(client))
        #expect(worker.counters.requests == 0)
        close(client)
        worker.drain()
    }

    @Test func `a head is read however it is cut`() throws {
        let (worker, client) = try connected()
        let request = "GET /x HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\r\n"
        for byte in request {
            Bench.send(String(byte), on: client)
            worker.loop.runOnce(timeoutNanoseconds: 5_000_000)
        }
        #expect(answers(1, worker, client).hasSuffix("\r\n\r\nhello"))
        close(client)
        worker.drain()
    }

    @Test func `pipelined requests are answered in their order, and nothing behind Connection close`() throws {
        let routes = "routes: [{ path: /a, respond: { body: A } }, { path: /b, respond: { body: B } }]\n"
        let (worker, client) = try connected(routes)
        let get = { (path: String, rest: String) in "GET \(path) HTTP/1.1\r\nHost: h\r\n\(rest)\r\n" }
        Bench.send(get("/a", "") + get("/b", "") + get("/a", "Connection: close\r\n") + get("/b", ""), on: client)
        var text = answers(3, worker, client)
        Bench.turn(worker) {
            let more = Bench.received(client)
            text += more
            return more.isEmpty && worker.counters.requests >= 3
        }
        let bodies = text.split(separator: "\r\n\r\n").dropFirst().map { $0.first }
        #expect(bodies == ["A", "B", "A"])
        #expect(worker.counters.requests == 3)
        close(client)
        worker.drain()
    }

    @Test func `a body nobody asked for is read before the next request, up to a limit`() throws {
        let (worker, client) = try connected()
        Bench.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nGET / HTTP/1.1\r\n", on: client)
        let first = answers(1, worker, client)
        #expect(first.components("HTTP/1.1 ") == 1)
        Bench.send("....GET / HTTP/1.1\r\nHost: a\r\n\r\n", on: client)
        #expect(answers(1, worker, client).hasPrefix("HTTP/1.1 200 OK"))
        #expect(worker.counters.requests == 2)
        close(client)
        worker.drain()
    }

    @Test func `a request under way is finished when the worker drains, and its connection ends`() throws {
        let (worker, client) = try connected()
        Bench.send("GET / HTTP/1.1\r\n", on: client)
        for _ in 0..<3 { worker.loop.runOnce(timeoutNanoseconds: 5_000_000) }
        worker.drain()
        Bench.send("Host: a\r\n\r\n", on: client)
        let text = answers(1, worker, client)
        #expect(text.hasPrefix("HTTP/1.1 200 OK"))
        #expect(text.contains("\r\nConnection: close\r\n"))
        Bench.turn(worker) { Bench.isEnded(client) }
        #expect(Bench.isEnded(client))
        close(client)
    }

    /// A worker whose whole answer of its own is on its way to a client that does not read.
    private func answering(_ top: String = "") throws -> (Worker, Int32, body: String) {
        let body = String(repeating: "0123456789abcdef", count: 16384)
        let routes = "routes: [{ path: /*, respond: { body: \(body) } }]\n"
        let (worker, client) = try connected(top + routes, room: 4096)
        Bench.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n", on: client)
        Bench.turn(worker) { worker.counters.requests == 1 }
        return (worker, client, body)
    }

    /// Turns until the client has a text's end.
    private func read(_ client: Int32, until end: String, _ worker: Worker) -> String {
        var text = ""
        Bench.turn(worker) {
            // As much at once as there is: a turn waits for something to happen.
            while true {
                let more = Bench.received(client)
                text += more
                if more.isEmpty { return text.hasSuffix(end) }
            }
        }
        return text
    }

    @Test func `an answer that is still on its way is not cut by the time for the next request`() throws {
        let (worker, client, body) = try answering("timeouts: { keep_alive: 30ms }\n")
        let start = worker.loop.now
        Bench.turn(worker) { worker.loop.now > start + 200_000_000 }
        let text = read(client, until: body, worker)
        #expect(text.hasSuffix("\r\n\r\n" + body), "\(text.count)")
        // Then that time runs.
        Bench.turn(worker) { Bench.isEnded(client) }
        #expect(Bench.isEnded(client))
        close(client)
        worker.drain()
    }

    @Test func `an answer that is still on its way when the worker drains is the last, and ends the connection`() throws
    {
        let (worker, client, body) = try answering()
        worker.drain()
        let text = read(client, until: body, worker)
        #expect(text.hasSuffix("\r\n\r\n" + body), "\(text.count)")
        Bench.turn(worker) { Bench.isEnded(client) }
        #expect(Bench.isEnded(client))
        close(client)
    }

    @Test func `what a route sets takes the place of its answer's own field`() throws {
        let answer = "respond: { body: b, headers: { X-A: 1, X-B: 2 } }"
        let route = "{ path: /*, \(answer), response_headers: { set: { x-a: 3 } } }"
        let (worker, client) = try connected("routes: [\(route)]\n")
        Bench.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n", on: client)
        let text = answers(1, worker, client)
        #expect(text.contains("\r\nX-B: 2\r\n") && text.contains("\r\nx-a: 3\r\n") && !text.contains("X-A"))
        close(client)
        worker.drain()
    }

    @Test func `a client that goes in the middle of its head is forgotten without a line`() throws {
        let (worker, client) = try connected()
        Bench.send("GET / HTTP/1.1\r\n", on: client)
        for _ in 0..<3 { worker.loop.runOnce(timeoutNanoseconds: 5_000_000) }
        close(client)
        for _ in 0..<3 { worker.loop.runOnce(timeoutNanoseconds: 5_000_000) }
        #expect(worker.counters.requests == 0)
        #expect(worker.counters.failures == 0)
        worker.drain()
    }
}

extension String {
    /// How often a text occurs in this one.
    fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
