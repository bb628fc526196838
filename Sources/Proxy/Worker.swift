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
    /// What heads and bodies hold that wait for somebody (`limits.memory`).
    let memory: MemoryAccount
    private let limitsMemory: Bool
    /// Whether it is tight: looked at after each turn, and not at all without a limit.
    private(set) var isTight = false
    let buffers: BufferPool
    private let addresses: AddressCounts
    /// Connections that are turned away just now.
    var refusals = 0
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
    private var connections: [ClientConnection] = []
    private let connectionLimit: Int
    private var idleExchanges: [Exchange] = []
    private lazy var logTimer = Timer(loop) { [unowned self] in flushLog() }
    private lazy var drainTimer = Timer(loop) { [unowned self] in drainDeadline() }

    init(
        snapshot: Snapshot,
        logger: Logger = Logger(label: "gateway"),
        output: LogOutput,
        workers: Int,
        addresses: AddressCounts = AddressCounts()
    ) throws(IOError) {
        loop = try EventLoop()
        self.snapshot = snapshot
        self.logger = logger
        self.addresses = addresses
        memory = MemoryAccount(limit: snapshot.settings.limits.memory.map { $0 / workers } ?? .max)
        limitsMemory = snapshot.settings.limits.memory != nil
        buffers = BufferPool(capacity: 16 * 1024, keep: 256, account: memory)
        log = AccessLog(format: snapshot.settings.accessLog, output: output)
        let client = UpstreamClient(loop: loop)
        upstreams = client
        pools = snapshot.settings.upstreams.map { UpstreamPool(settings: $0, client: client) }
        connectionLimit = max(1, snapshot.settings.limits.connections / workers)
        logTimer.arm(after: Self.logInterval)
        if limitsMemory { loop.onTurnEnd = { [unowned self] in isTight = memory.isTight } }
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
        guard connections.count < connectionLimit, !isOutOfMemory() else {
            refuse(descriptor, .overload)
            return
        }
        let connection = ClientConnection(worker: self, peer: peer)
        if let limit = snapshot.settings.limits.perAddress, !peer.isUnix, !connection.isTrusted {
            guard addresses.enter(peer, limit: limit) else {
                refuse(descriptor, .tooManyOfOneAddress)
                return
            }
            connection.isCounted = true
        }
        do throws(IOError) {
            try loop.watch(connection, descriptor: descriptor)
        } catch {
            if connection.isCounted { addresses.leave(peer) }
            Sockets.close(descriptor)
            return
        }
        connection.index = connections.count
        connections.append(connection)
        connection.opened()
    }

    private func refuse(_ descriptor: Int32, _ reason: Refusal.Reason) {
        counters.refused += 1
        Refusal(worker: self).begin(descriptor, reason)
    }

    /// Whether buffers hold as much as they may, so that nothing new is begun.
    ///
    /// What is only kept to be used again is let go before that is said.
    func isOutOfMemory() -> Bool {
        guard limitsMemory, memory.isFull else { return false }
        buffers.empty()
        idleExchanges.removeAll(keepingCapacity: true)
        return memory.isFull
    }

    /// How much may wait for one slow peer before the other side is no longer read, in bytes.
    var highWater: Int { isTight ? 4 * 1024 : 64 * 1024 }

    /// Where to read to: less at a time when memory is tight.
    func room(_ scratch: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        isTight ? UnsafeMutableRawBufferPointer(rebasing: scratch[0..<(4 * 1024)]) : scratch
    }

    func removed(_ connection: ClientConnection) {
        if connection.isCounted {
            connection.isCounted = false
            addresses.leave(connection.peer)
        }
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
        if idleExchanges.count < 1024, !isTight { idleExchanges.append(exchange) }
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
