import HTTP
import LinuxIO
import Logging
import Upstream

/// One thread and everything an exchange touches on it: no locks, no hops, nothing shared but the snapshot.
final class Worker {
    /// What is read from a socket in one system call, in bytes.
    private static let scratchSize = WireConnection.largestReceive
    private static let logInterval: UInt64 = 1_000_000_000

    let loop: EventLoop
    let snapshot: Snapshot
    let logger: Logger
    let log: AccessLog
    let buffers = BufferPool(capacity: 16 * 1024, keep: 256)
    let pools: [UpstreamPool]
    private let upstreams: UpstreamClient

    /// What was just read from a client, or from an upstream; nothing stays in it longer than an event lasts.
    let clientScratch = UnsafeMutableRawBufferPointer.allocate(byteCount: scratchSize, alignment: 64)
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: scratchSize, alignment: 64)

    var counters = Counters()
    var openedSessions = OpenedSessionCache()
    var secureRandom = SystemRandom()
    private var random = FastRandom()
    private var dateLine = DateLine()

    private(set) var isDraining = false
    private var listeners: [Listener] = []
    private(set) var connections: [ClientConnection] = []
    private let connectionLimit: Int
    private(set) var idleExchanges: [Exchange] = []
    private lazy var logTimer = Timer(loop) { [unowned self] in flushLog() }
    private lazy var drainTimer = Timer(loop) { [unowned self] in drainDeadline() }

    init(
        snapshot: Snapshot,
        logger: Logger = Logger(label: "gateway"),
        output: LogOutput,
        workers: Int
    ) throws(IOError) {
        loop = try EventLoop()
        self.snapshot = snapshot
        self.logger = logger
        log = AccessLog(format: snapshot.settings.accessLog, output: output)
        let client = UpstreamClient(loop: loop)
        upstreams = client
        pools = snapshot.settings.upstreams.map { UpstreamPool(settings: $0, client: client) }
        connectionLimit = max(1, snapshot.settings.limits.connections / workers)
        logTimer.arm(after: Self.logInterval)
    }

    deinit {
        clientScratch.deallocate()
        scratch.deallocate()
    }

    /// Serves until it is told to stop.
    func run() {
        loop.run()
        log.flush()
        logger.info("a worker has stopped", metadata: ["counted": "\(counters.summary)"])
        for pool in pools { pool.close() }
    }

    func listen(on descriptor: Int32, isShared: Bool) {
        let listener = Listener(worker: self, descriptor: descriptor, isShared: isShared)
        listeners.append(listener)
        listener.listen()
    }

    // MARK: Connections

    func accept(_ descriptor: Int32, _ peer: SocketAddress) {
        counters.connections += 1
        guard connections.count < connectionLimit else {
            refuse(descriptor)
            return
        }
        let connection = ClientConnection(worker: self, peer: peer)
        do throws(IOError) {
            try loop.watch(connection, descriptor: descriptor)
        } catch {
            Sockets.close(descriptor)
            return
        }
        connection.index = connections.count
        connections.append(connection)
        connection.opened()
    }

    /// Over `limits.connections`: a cheap answer, and no state.
    private func refuse(_ descriptor: Int32) {
        let answer =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        var text = answer
        text.withUTF8 { _ = Sockets.send(descriptor, UnsafeRawBufferPointer($0)) }
        Sockets.close(descriptor)
    }

    func removed(_ connection: ClientConnection) {
        let index = connection.index
        guard index < connections.count, connections[index] === connection else { return }
        let last = connections.removeLast()
        if last !== connection {
            connections[index] = last
            last.index = index
        }
        stopWhenDrained()
    }

    // MARK: Exchanges

    func takeExchange(for client: ClientConnection) -> Exchange {
        let exchange = idleExchanges.popLast() ?? Exchange(worker: self)
        exchange.begin(for: client)
        return exchange
    }

    func giveExchange(_ exchange: Exchange) {
        if idleExchanges.count < 1024 { idleExchanges.append(exchange) }
    }

    func newRequestID() -> RequestID { RequestID(high: random.next(), low: random.next()) }

    /// The whole `Date` line of this second.
    var date: [UInt8] { dateLine.line(at: loop.wallClock) }

    // MARK: The end

    /// Stops to listen, lets what is under way finish, then stops; after `timeouts.drain` whatever is left is cut.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        for listener in listeners { listener.close() }
        for connection in connections.reversed() { connection.drain() }
        drainTimer.arm(after: max(1, snapshot.settings.timeouts.drain))
        stopWhenDrained()
    }

    private func stopWhenDrained() {
        if isDraining, connections.isEmpty { loop.stop() }
    }

    private func drainDeadline() {
        logger.warning("timeouts.drain is over", metadata: ["connections": "\(connections.count)"])
        for connection in connections.reversed() { connection.cut() }
        loop.stop()
    }

    private func flushLog() {
        log.flush()
        logTimer.arm(after: Self.logInterval)
    }
}
