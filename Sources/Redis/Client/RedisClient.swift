public import LinuxIO
public import Upstream

/// One worker's connection to one Redis: commands go out in order, replies are matched in order.
///
/// ```
/// idle ──command──▶ dialling ──connected──▶ greeting ──AUTH, SELECT, PING answered──▶ ready
///   ▲                   └───────────────┬──────┘                                       │
///   │                                 failed ◀── broken, timeout, bad reply ───────────┤
///   │                                   ▼                                              │
///   └────────── pause over ────────── pausing          closed while nothing waited ────┴──▶ idle
/// ```
///
/// All commands of a turn of the loop leave in one piece. A command that may have been sent is never sent again. After
/// a failure every waiting command fails with it; during the pause that follows, commands fail at once.
///
/// One piece because every part of it changes the state above.
public final class RedisClient: WireOwner {
    private enum State { case idle, dialling, greeting, ready, pausing(until: UInt64), closed }

    private struct Waiting {
        let receiver: RedisReceiver
        let tag: UInt64
        let deadline: UInt64
        /// The place of its first byte in all that was ever to be sent.
        let start: UInt64
    }

    /// Where it is and how long it may take.
    public let settings: RedisSettings
    /// Told what an operator should hear; never from inside a call of ours.
    public var onEvent: ((RedisEvent) -> Void)? {
        get { report.told }
        set { report.told = newValue }
    }

    private let loop: EventLoop
    private let pool: UpstreamPool
    private var connection: WireConnection?
    private var state = State.idle
    private var reader: RedisReplyReader
    /// Replies of the greeting still to come.
    private var greetingsLeft = 0
    private let outgoing = ByteBuffer(capacity: 16 * 1024)
    /// How many bytes were ever put into `outgoing`, and how many of them have left it.
    private var queued: UInt64 = 0
    private var sent: UInt64 = 0
    private var flushIsComing = false
    private lazy var flushing: () -> Void = { [weak self] in self?.flushNow() }
    /// The commands without a reply are those from `first` on.
    private var waiting: [Waiting] = []
    private var first = 0
    private lazy var timer = Timer(loop) { [unowned self] in lookAtDeadline() }
    private var pause: RedisPause
    private var report = RedisReport()
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1024, alignment: 64)

    /// A client that connects with its first command.
    public init(settings: RedisSettings, upstream: UpstreamClient) {
        self.settings = settings
        loop = upstream.loop
        var server = UpstreamSettings(name: "redis", servers: [settings.address.server])
        server.connectTimeout = settings.timeout
        server.caFile = settings.caFile
        server.announcesHTTP = false
        pool = UpstreamPool(settings: server, client: upstream)
        reader = RedisReplyReader(largest: settings.largestReply)
        pause = RedisPause(first: settings.firstPause, longest: settings.longestPause)
        super.init()
    }

    deinit {
        connection?.close()
        scratch.deallocate()
    }

    /// How many commands wait for their replies.
    public var waitingCount: Int { waiting.count - first }

    /// Whether it is connected and welcome.
    public var isReady: Bool { if case .ready = state { true } else { false } }

    // MARK: Commands

    /// Sends a command, connecting first when there is no connection.
    ///
    /// `write` must add as many arguments as announced, the command's name included. The receiver is told later,
    /// within the settings' `timeout`.
    /// - Throws: ``RedisError`` when it is known at once that the command cannot be sent: then nobody is told, and
    ///   `write` was not called.
    public func send(
        to receiver: RedisReceiver,
        tag: UInt64,
        arguments: Int,
        _ write: (inout RedisCommand) -> Void
    ) throws(RedisError) {
        try makeReady()
        guard waitingCount < settings.mostCommands, outgoing.count < settings.mostUnsent else {
            throw RedisError(.overloaded)
        }
        let before = outgoing.count
        var command = RedisCommand(arguments: arguments, into: outgoing)
        write(&command)
        guard command.isWhole else { fatalError("a command with other arguments than announced") }
        if waitingCount == 0 { timer.arm(after: settings.timeout) }
        waiting.append(Waiting(receiver: receiver, tag: tag, deadline: loop.now + settings.timeout, start: queued))
        queued += UInt64(outgoing.count - before)
        if isReady { flushLater() }
    }

    /// Closes the connection; waiting commands fail, and so does every later one.
    public func close() {
        breakOff(.closed, then: .closed)
    }

    private func makeReady() throws(RedisError) {
        switch state {
        case .ready, .dialling, .greeting: return
        case .closed: throw RedisError(.closed)
        case .pausing(let end) where loop.now < end: throw RedisError(.pausing)
        case .idle, .pausing: dial()
        }
    }

    // MARK: Connecting

    private func dial() {
        state = .dialling
        reader = RedisReplyReader(largest: settings.largestReply)
        connection = pool.dial(server: 0, owner: self)
    }

    public override func wireConnected(_ connection: WireConnection) {
        guard connection === self.connection, case .dialling = state else { return }
        state = .greeting
        let greeting = ByteBuffer(capacity: 256)
        greetingsLeft = RedisGreeting.write(settings.address, into: greeting)
        // Nothing was sent on this connection: it takes these few bytes whole.
        guard connection.send(UnsafeRawBufferPointer(greeting.readable)) == .bytes(greeting.count) else {
            return breakOff(.disconnected(.connectionClosed))
        }
    }

    public override func wireFailed(_ connection: WireConnection, _ error: UpstreamError) {
        guard connection === self.connection else { return }
        breakOff(.unreachable(error))
    }

    private func greeted(_ reply: RedisReply) {
        // Asking for a password where Redis has none is a mistake of the route file, which an ACL rule may cure.
        guard reply.kind != .error else { return breakOff(.unwelcome(RedisReport.words(of: reply))) }
        greetingsLeft -= 1
        guard greetingsLeft == 0 else { return }
        state = .ready
        report.recovered()
        flushNow()
    }

    // MARK: Out

    private func flushLater() {
        guard !flushIsComing else { return }
        flushIsComing = true
        loop.later(flushing)
    }

    private func flushNow() {
        flushIsComing = false
        guard isReady, let connection else { return }
        while !outgoing.isEmpty {
            let given = outgoing.count
            switch connection.send(UnsafeRawBufferPointer(outgoing.readable)) {
            case .bytes(let count):
                outgoing.consume(count)
                sent += UInt64(count)
                if count < given { return }
            case .wouldBlock: return
            case .closed: return breakOff(.disconnected(.connectionClosed))
            case .failed(let errno): return breakOff(.disconnected(UpstreamError(errno: errno)))
            }
        }
        outgoing.trim(to: 64 * 1024)
    }

    // MARK: In

    public override func wireReady(_ connection: WireConnection, _ readiness: Readiness) {
        guard connection === self.connection else { return }
        if readiness.contains(.writable), !outgoing.isEmpty { flushNow() }
        while connection === self.connection {
            switch connection.receive(into: scratch) {
            case .bytes(let count):
                reader.feed(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
                handOut(connection)
                if !connection.isTLS, count < scratch.count, !readiness.isEnd { return }
            case .wouldBlock: return
            case .closed: return breakOff(.disconnected(.connectionClosed), isQuiet: true)
            case .failed(let errno): return breakOff(.disconnected(UpstreamError(errno: errno)))
            }
        }
    }

    private func handOut(_ connection: WireConnection) {
        // A receiver may close the client, and a reply may end the connection.
        while connection === self.connection {
            switch reader.next() {
            case .incomplete: return
            case .broken(let what): return breakOff(.badReply(what))
            case .reply:
                if greetingsLeft > 0 { greeted(reader.reply) } else { handOut(reader.reply) }
            }
        }
    }

    private func handOut(_ reply: RedisReply) {
        guard first < waiting.count, waiting[first].start < sent else {
            // Such as "-ERR max number of clients reached", or a goodbye.
            return breakOff(reply.kind == .error ? .unwelcome(RedisReport.words(of: reply)) : .badReply("unasked"))
        }
        let command = waiting[first]
        first += 1
        if first == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= 256, first * 2 > waiting.count {
            waiting.removeFirst(first)
            first = 0
        }
        guard reply.kind == .error else {
            // Not after the greeting: a replica answers that, and refuses the next write.
            pause.reset()
            return command.receiver.redisReplied(reply, tag: command.tag)
        }
        report.refused(reply, now: loop.now)
        // A server that became a replica, or wants a password now, may be another one at the next attempt.
        let isOver = reply.isError("READONLY") || reply.isError("NOAUTH")
        let words = isOver ? RedisReport.words(of: reply) : ""
        command.receiver.redisReplied(reply, tag: command.tag)
        if isOver { breakOff(.unwelcome(words)) }
    }

    // MARK: Failing

    private func lookAtDeadline() {
        guard first < waiting.count else { return }
        let deadline = waiting[first].deadline
        guard deadline <= loop.now else { return timer.arm(after: deadline - loop.now) }
        // What comes later could be taken for the answer to another command: the connection cannot be used any more.
        breakOff(.timeout)
    }

    /// Ends the connection and fails what waits.
    ///
    /// - Parameter isQuiet: whether it is no failure when nothing waits, as when Redis closes an idle connection.
    private func breakOff(_ cause: RedisError.Cause, isQuiet: Bool = false, then next: State? = nil) {
        // A receiver may have closed the client while it was told of the reply that ends the connection.
        if case .closed = state { return }
        let wasReady = isReady
        connection?.close()
        connection = nil
        greetingsLeft = 0
        let failed = waiting[first...]
        let sent = sent
        waiting = []
        first = 0
        outgoing.clear()
        queued = sent
        if let next {
            state = next
        } else if isQuiet, wasReady, failed.isEmpty {
            state = .idle
            return
        } else {
            state = .pausing(until: loop.now + pause.next())
            report.failed(RedisError(cause), now: loop.now)
        }
        for command in failed {
            command.receiver.redisFailed(RedisError(cause, mayBeDone: command.start < sent), tag: command.tag)
        }
    }
}

extension Readiness {
    fileprivate var isEnd: Bool { contains(.peerClosed) || contains(.failed) }
}
