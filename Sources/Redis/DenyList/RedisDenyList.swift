public import LinuxIO
public import Sessions

/// Keeps one session's denials in this process and a list in Redis, which several gateways share, the same.
///
/// ```
/// idle ──look, or each second──▶ denials wait? ──yes──▶ adding ──done──┐
///   ▲                              ▲      └─no─▶ reading ──more────────┤
///   │                              └───────────────────────────────────┘
///   └── all is read, or it failed: what waits is tried again in a second
/// ```
/// Reading begins at the list's start, so that a new process knows what those before it knew. What it reads of itself, or
/// adds twice as an answer was lost, changes nothing.
public final class RedisDenyList: RedisReceiver {
    /// How often others' denials are looked for, in nanoseconds: each second.
    static let interval: UInt64 = 1_000_000_000
    /// How many entries are read, and how many are added, by one command.
    static let page = 500

    private enum State { case idle, adding([Denial]), reading, stopped }

    /// Told what an operator should hear; nil: nobody.
    public var onEvent: ((RedisDenyListEvent) -> Void)?

    private let client: RedisClient
    private let loop: EventLoop
    private let shared: SharedDenials
    private let list: DenyList
    private let key: [UInt8]
    /// For how many seconds a denial that begins now may count.
    private let longest: Int64
    private var state = State.idle
    /// Whether nothing was refused in this round: a Redis that is full can still be read.
    private var mayAdd = true
    private var isFailing = false
    private var hasSaidOdd = false
    private lazy var timer = Timer(loop) { [unowned self] in tick() }

    /// A list that is not read yet.
    ///
    /// - Parameters:
    ///   - prefix: what the keys of the session begin with; the list is at `<prefix>{denied}`.
    ///   - shared: the denials that began here, and how far the list was read.
    ///   - list: where others' denials go.
    ///   - longest: for how many seconds a denial that begins now may count: so long it is kept.
    public init(
        client: RedisClient,
        loop: EventLoop,
        prefix: String,
        shared: SharedDenials,
        list: DenyList,
        longest: Int64
    ) {
        self.client = client
        self.loop = loop
        self.shared = shared
        self.list = list
        self.longest = max(1, min(longest, 3_153_600_000))
        key = Self.key(prefix: prefix)
    }

    /// Where the list is.
    public static func key(prefix: String) -> [UInt8] { Array((prefix + "{denied}").utf8) }

    /// Reads the list, and goes on with it each second.
    public func start() { tick() }

    /// Hands over what began here since; called when there is such, or the next second does it.
    public func look() {
        guard case .idle = state else { return }
        mayAdd = true
        goOn()
    }

    /// Does nothing any more; the client stays as it is.
    public func stop() {
        state = .stopped
        timer.cancel()
    }

    private func tick() {
        if case .stopped = state { return }
        timer.arm(after: Self.interval)
        look()
    }

    private func goOn() {
        let denials = mayAdd ? shared.unsent(most: Self.page) : []
        do throws(RedisError) {
            if denials.isEmpty { try read() } else { try add(denials) }
        } catch {
            failed(error.description)
        }
    }

    private func add(_ denials: [Denial]) throws(RedisError) {
        try client.send(to: self, tag: 0, arguments: 5 + denials.count) { command in
            command.add("EVAL")
            command.add(DenialScript.add)
            command.add(1)
            command.add(key)
            command.add(longest)
            for denial in denials { command.add(denial.text) }
        }
        state = .adding(denials)
    }

    private func read() throws(RedisError) {
        let position = shared.position
        try client.send(to: self, tag: 0, arguments: 6) { command in
            command.add("EVAL")
            command.add(DenialScript.read)
            command.add(1)
            command.add(key)
            command.add(position)
            command.add(Int64(Self.page))
        }
        state = .reading
    }

    // MARK: Answers

    public override func redisReplied(_ reply: RedisReply, tag: UInt64) {
        switch state {
        case .idle, .stopped: break
        case .adding(let denials):
            if reply.kind == .integer {
                shared.sent(denials)
                let lost = shared.takeLost()
                if lost > 0 { onEvent?(.lost(lost)) }
            } else {
                mayAdd = false
                failed(words(reply))
            }
            goOn()
        case .reading: take(reply)
        }
    }

    public override func redisFailed(_ error: RedisError, tag: UInt64) {
        if isStopped || error.cause == .closed { return }
        failed(error.description)
    }

    private var isStopped: Bool { if case .stopped = state { true } else { false } }

    private func take(_ reply: RedisReply) {
        guard reply.kind == .array, reply.count >= 2, reply[1].kind == .string else { return failed(words(reply)) }
        let now = loop.wallClock
        for index in 2..<max(2, reply.count) {
            let denial = reply.withBytes(of: index) { Denial(text: $0, cookie: shared.cookie, now: now) }
            guard let denial else {
                sayOdd()
                continue
            }
            if now < denial.until { list.add(denial, now: now) }
        }
        shared.position = reply.withBytes(of: 1) { text in text.indices.map { text[$0] } }
        // A whole page: there may be more. And what has begun meanwhile does not wait for the next second.
        if reply.count - 2 >= Self.page || (mayAdd && shared.hasUnsent) { return goOn() }
        state = .idle
        guard isFailing, mayAdd else { return }
        isFailing = false
        onEvent?(.recovered)
    }

    private func words(_ reply: RedisReply) -> String {
        reply.kind == .error
            ? "Redis refuses: \(RedisReport.words(of: reply))" : "Redis answers with what is no list's"
    }

    private func sayOdd() {
        guard !hasSaidOdd else { return }
        hasSaidOdd = true
        onEvent?(.odd)
    }

    private func failed(_ why: String) {
        state = .idle
        guard !isFailing else { return }
        isFailing = true
        onEvent?(.failed(why))
    }
}
