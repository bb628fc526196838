import Glibc
import LinuxIO
import Sessions
import Testing

@testable import Proxy

/// A worker between a real client and a real origin, all on this thread, with a store that answers when it is told to.
final class StoreStage {
    let worker: Worker
    let store = ScriptedStore()
    private(set) var client: Int32
    private let address: SocketAddress
    private let listener: Int32
    private var origin: Int32 = -1
    private(set) var originConnections = 0
    /// What the origin has received on its newest connection, and the client on its own.
    private(set) var seen = ""
    private(set) var got = ""
    private let logEnds: (read: Int32, write: Int32)

    init(_ top: String = "", session: String = "store: memory", route: String = "") throws {
        let (listener, originAddress) = try Bench.listening()
        self.listener = listener
        var ends: [Int32] = [-1, -1]
        let made = pipe(&ends)
        #expect(made == 0)
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        logEnds = (ends[0], ends[1])
        let text = """
            listen: [{ address: "127.0.0.1:0" }]
            \(top)
            sessions: { browser: { secret: 0123456789abcdef0123456789abcdef, \(session) } }
            upstreams: { app: { servers: ["http://127.0.0.1:\(originAddress.port)"] } }
            routes:
              - { path: /*, upstream: app, session: browser \(route) }
              - { path: /api/*, upstream: app }
              - { path: /own, session: browser, respond: { body: own } }
            """
        guard case .settings(let settings, _) = RouteFile.read(text, file: "f", environment: [:]) else {
            throw Routing.Unreadable(text: "the route file")
        }
        let output = LogOutput(descriptor: ends[1])
        worker = try Worker(snapshot: Snapshot(settings), output: output, workers: 1)
        worker.edition.stores[0] = .waiting(store)
        let (descriptor, address) = try Bench.listening()
        worker.listen(on: descriptor, isShared: false)
        self.address = address
        client = try Bench.connected(to: address)
    }

    deinit {
        // What is under way holds its connections, which hold it: a reset ends it, an end alone may be a client that waits.
        var how = linger(l_onoff: 1, l_linger: 0)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &how, socklen_t(MemoryLayout<linger>.size))
        for descriptor in [client, origin, listener, logEnds.read, logEnds.write] where descriptor >= 0 {
            close(descriptor)
        }
        worker.drain()
        for _ in 0..<3 { worker.loop.runOnce(timeoutNanoseconds: 1_000_000) }
        store.forget()
    }

    /// A cookie of a token nobody gave out.
    static func cookie(_ seed: UInt64 = 1) -> String {
        var random = FastRandom(state: (seed, 2, 3, 4))
        var text: [UInt8] = []
        SessionToken(random: &random).write(into: &text)
        return "_gateway_session=\(String(decoding: text, as: UTF8.self))"
    }

    static func get(_ target: String = "/", cookie: String = cookie(), _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: a\r\nCookie: \(cookie)\r\n\(fields)\r\n"
    }

    /// Turns until something is so; what comes meanwhile is gathered.
    func turn(until isDone: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) {
        var turns = 0
        while !isDone(), turns < 500 {
            worker.loop.runOnce(timeoutNanoseconds: 10_000_000)
            gather()
            turns += 1
        }
        #expect(isDone(), "got: \(got.prefix(500)) seen: \(seen.prefix(500))", sourceLocation: sourceLocation)
    }

    /// Turns until nothing happens any more, so that what has not happened will not.
    func settle() {
        for _ in 0..<5 {
            worker.loop.runOnce(timeoutNanoseconds: 2_000_000)
            gather()
        }
    }

    func send(_ text: String) { Bench.send(text, on: client) }

    func answer(_ text: String) { Bench.send(text, on: origin) }

    /// Sends as much of a body as the socket takes now.
    func push(_ count: Int) -> Int {
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: count)
        return max(0, Glibc.send(client, bytes, count, Int32(MSG_DONTWAIT)))
    }

    func closeOrigin() {
        close(origin)
        origin = -1
    }

    /// The client goes without a word.
    func resetClient() throws {
        var how = linger(l_onoff: 1, l_linger: 0)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &how, socklen_t(MemoryLayout<linger>.size))
        close(client)
        client = -1
    }

    /// Another client.
    func connectAgain() throws {
        if client >= 0 { close(client) }
        client = try Bench.connected(to: address)
        got = ""
    }

    func forgetSeen() { seen = "" }

    /// All that has been logged.
    var log: String {
        worker.log.flush()
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = read(logEnds.read, &bytes, bytes.count)
        logged += String(decoding: bytes[..<max(0, count)], as: UTF8.self)
        return logged
    }

    private var logged = ""

    private func gather() {
        let accepted = accept(listener, nil, nil)
        if accepted >= 0 {
            if origin >= 0 { close(origin) }
            origin = accepted
            originConnections += 1
            seen = ""
        }
        if origin >= 0 { seen += Self.received(origin) }
        if client >= 0 { got += Self.received(client) }
    }

    private static func received(_ descriptor: Int32) -> String {
        var text = ""
        var bytes = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return text }
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
    }
}
