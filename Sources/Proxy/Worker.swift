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
    let logger: Logger
    private(set) var log: AccessLog
    private let output: LogOutput
    private let workers: Int
    /// What heads and bodies hold that wait for somebody (`limits.memory`).
    let memory: MemoryAccount
    private var limitsMemory = false
    /// Whether it is tight: looked at after each turn, and not at all without a limit.
    private(set) var isTight = false
    let buffers: BufferPool
    private let addresses: AddressCounts
    /// Connections that are turned away just now.
    var refusals = 0
    private let upstreams: UpstreamClient
    /// Carries revoked sessions to other gateways and back, where this worker does it for the process.
    private var denyLists: DenyListCarrier?
    private let carriesDenyLists: Bool
    /// What new exchanges begin with.
    private(set) var edition: Edition
    var snapshot: Snapshot { edition.snapshot }
    /// Editions of before that exchanges may still hold, and what was counted under those that nobody does.
    private var formerEditions: [Edition] = []
    private var pastSessions = Metrics(workers: 0, Counters(), [])

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
    private var connectionLimit: Int { max(1, snapshot.settings.limits.connections / workers) }
    private(set) var idleExchanges: [Exchange] = []
    private lazy var logTimer = Timer(loop) { [unowned self] in flushLog() }
    private lazy var drainTimer = Timer(loop) { [unowned self] in drainDeadline() }

    init(
        snapshot: Snapshot,
        logger: Logger = Logger(label: "gateway"),
        output: LogOutput,
        workers: Int,
        addresses: AddressCounts = AddressCounts(),
        carriesDenyLists: Bool = false
    ) throws(IOError) {
        loop = try EventLoop()
        self.carriesDenyLists = carriesDenyLists
        self.logger = logger
        self.output = output
        self.workers = workers
        self.addresses = addresses
        memory = MemoryAccount()
        buffers = BufferPool(capacity: 16 * 1024, keep: 256, account: memory)
        log = AccessLog(format: snapshot.settings.accessLog, output: output)
        let client = UpstreamClient(loop: loop)
        upstreams = client
        edition = Edition(snapshot, client: client, logger: logger)
        logTimer.arm(after: Self.logInterval)
        limitMemory()
        carryDenyLists()
    }

    private func limitMemory() {
        memory.limit = snapshot.settings.limits.memory.map { $0 / workers } ?? .max
        limitsMemory = snapshot.settings.limits.memory != nil
        isTight = limitsMemory && memory.isTight
        loop.onTurnEnd = limitsMemory ? { [unowned self] in isTight = memory.isTight } : nil
    }

    deinit {
        clientScratch.deallocate()
        scratch.deallocate()
    }

    /// Serves until it is told to stop.
    func run() {
        loop.run()
        log.flush()
        logger.info("a worker has stopped", metadata: ["counted": "\(metrics.json(time: loop.wallClock))"])
        for former in formerEditions { former.closeStores(except: edition) }
        edition.close(for: nil)
        edition.closeStores(except: nil)
        denyLists?.close()
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
        // One of before would keep its edition.
        guard exchange.edition === edition, idleExchanges.count < 1024, !isTight else { return }
        idleExchanges.append(exchange)
    }

    func newRequestID() -> RequestID { RequestID(high: random.next(), low: random.next()) }

    /// The whole `Date` line of this second.
    var date: [UInt8] { dateLine.line(at: loop.wallClock) }

    // MARK: The route file

    /// Serves new exchanges by another snapshot; those under way end by theirs.
    func adopt(_ snapshot: Snapshot) {
        let former = edition
        edition = Edition(snapshot, client: upstreams, logger: logger, former: former)
        former.close(for: edition)
        formerEditions.append(former)
        // A session that a key opened which is no longer there must not be opened by memory.
        openedSessions = OpenedSessionCache()
        limitMemory()
        idleExchanges.removeAll()
        log.flush()
        log = AccessLog(format: snapshot.settings.accessLog, output: output)
        forgetEditions()
        carryDenyLists()
    }

    /// Begins to carry the deny lists of the route file as it is now.
    private func carryDenyLists() {
        denyLists?.close()
        denyLists = nil
        guard carriesDenyLists, !snapshot.denyLists.isEmpty else { return }
        denyLists = DenyListCarrier(snapshot.denyLists, memory: snapshot.memory, upstreams, logger)
    }

    /// Hands over sessions that were revoked just now.
    func shareDenials() { denyLists?.look() }

    /// Lets go of editions that no exchange holds any more, and of their secrets.
    private func forgetEditions() {
        for index in formerEditions.indices.reversed() where isKnownUniquelyReferenced(&formerEditions[index]) {
            let gone = formerEditions.remove(at: index)
            gone.closeStores(except: edition)
            pastSessions.add(gone.sessionCounters.metrics(gone.snapshot).map(\.past))
        }
    }

    /// What was counted so far, under this edition and those before.
    var metrics: Metrics {
        var metrics = Metrics(counters, edition.sessionCounters.metrics(snapshot))
        for former in formerEditions { metrics.add(former.sessionCounters.metrics(former.snapshot).map(\.past)) }
        metrics.add(pastSessions.sessions)
        return metrics
    }

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
        tidyStores()
        if !formerEditions.isEmpty { forgetEditions() }
        logTimer.arm(after: Self.logInterval)
    }
}
