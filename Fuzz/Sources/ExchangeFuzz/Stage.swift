import Glibc
import HTTP
import Harness
import Upstream

@testable import LinuxIO
@testable import Proxy

/// A worker with nothing real around it: clients on socket pairs, the services behind it the fuzzer's own, a clock that
/// stands still unless it is moved.
final class Stage {
    private static let routeFile = """
        listen: [{ address: "127.0.0.1:1" }]
        workers: 1
        sessions:
          browser:
            name: sid
            secret: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
            renew_on: [user]
            expose: { X-User: user }
        upstreams:
          app: { servers: ["unix:\(service.path)"] }
          second: { servers: ["unix:\(service.path).dead", "unix:\(service.path)"] }
          dead: { servers: ["unix:\(service.path).dead"] }
        routes:
          - { path: /*, upstream: app, upgrade: false }
          - { path: /n/*, upstream: app, upgrade: false, strip_prefix: /n, response_headers: { remove: [X-A], set: { X-B: b } } }
          - { path: /c/*, upstream: app, session: browser, upgrade: false }
          - { path: /s/*, upstream: second, session: browser, max_body: 100, upgrade: false }
          - { path: /d/*, upstream: dead, upgrade: false }
          - { path: /r, respond: { status: 200, body: "ok" } }
          - { path: /m/*, redirect: { to: "/c/*" } }
        """
    private static let snapshot: Snapshot = {
        switch RouteFile.read(routeFile, file: "fuzz.conf", environment: [:]) {
        case .settings(let settings, _): return Snapshot(settings)
        case .problems(let problems): fatalError("\(problems)")
        }
    }()
    /// The leak checker does not see them in the routes, whose enum marks its pointers.
    private static let policies = snapshot.routes.compactMap { route -> CookiePolicy? in
        if case .cookie(let policy) = route.policy { policy } else { nil }
    }
    private static let output = LogOutput(descriptor: open("/dev/null", O_WRONLY | O_CLOEXEC))

    private let worker: Worker
    /// By which to see that nothing holds the worker when the stage is gone.
    var remains: Remains { Remains(worker) }
    private(set) var clients: [Peer] = []
    /// The connections the worker made, in their order.
    private(set) var upstreams: [Peer] = []

    init() {
        while service.accept() != nil {}
        must(!Self.policies.isEmpty, "there are routes with a session")
        guard let worker = try? Worker(snapshot: Self.snapshot, output: Self.output, workers: 1) else {
            fatalError("no worker")
        }
        self.worker = worker
        worker.loop.heldTime = worker.loop.now
    }

    /// A client connects.
    func connect() {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        must(socketpair(AF_UNIX, type, 0, &pair) == 0, "there are descriptors")
        guard let address = SocketAddress(parsing: "192.0.2.1:4711") else { fatalError("an address") }
        worker.accept(pair[0], address)
        clients.append(Peer(pair[1]))
    }

    func drain() { worker.drain() }

    /// Moves the clock, and lets the worker do what is due.
    func advance(milliseconds: UInt64) {
        worker.loop.heldTime = (worker.loop.heldTime ?? 0) + milliseconds * 1_000_000
        settle()
    }

    /// Lets the worker and both sides do what they can, until nothing moves.
    func settle() {
        var quiet = 0
        while quiet < 3 {
            worker.loop.runOnce(timeoutNanoseconds: 0)
            var moved = false
            while let peer = service.accept() {
                upstreams.append(peer)
                moved = true
            }
            for peer in clients where peer.read() { moved = true }
            for peer in upstreams where peer.read() { moved = true }
            quiet = moved ? 0 : quiet + 1
        }
    }

    /// Everybody reads again and nobody says any more: in time, everything has to come to its end.
    func finish() {
        for peer in clients + upstreams where !peer.isReading { peer.isReading = true }
        settle()
        // More than any timeout of the route file, for each request that may be waiting for the one before it.
        var rounds = clients.reduce(4) { $0 + 2 * ClientConversation(sent: $1.sent).requests.count }
        while !worker.connections.isEmpty, rounds > 0 {
            advance(milliseconds: 61_000)
            rounds -= 1
        }
        advance(milliseconds: 61_000)
        // A tunnel has an hour.
        for _ in 0..<2 { advance(milliseconds: 3_601_000) }
        must(worker.connections.isEmpty, "every connection comes to its end: \(worker.connections.map(\.input))")
        must(clients.allSatisfy { $0.isEnded || $0.isClosed }, "every client hears of it")
        must(worker.edition.pools.allSatisfy { $0.idleCount == 0 }, "no connection waits for ever")
        must(upstreams.allSatisfy { $0.isEnded || $0.isClosed }, "no connection to a service is left")
        must(worker.buffers.inUse == 0, "every buffer is given back: \(worker.buffers.inUse)")
        must(worker.idleExchanges.allSatisfy { $0.state == ExchangeState() }, "every exchange can begin anew")
        must(worker.idleExchanges.allSatisfy { $0.upstream.isIdle }, "no exchange holds a connection")
    }
}
