/// Tells an operator what matters, and not with every command.
struct RedisReport {
    /// How long the same is not said again, in nanoseconds.
    static let interval: UInt64 = 10_000_000_000

    var told: ((RedisEvent) -> Void)?
    private var isFailing = false
    private var lastFailure: UInt64?
    private var lastRefusal: UInt64?

    init() {}

    mutating func failed(_ error: RedisError, now: UInt64) {
        // A server that answers the greeting and refuses what follows would fail and recover many times a second.
        if let lastFailure, now - lastFailure < Self.interval { return }
        isFailing = true
        lastFailure = now
        told?(.failed(error))
    }

    mutating func recovered() {
        guard isFailing else { return }
        isFailing = false
        told?(.recovered)
    }

    mutating func refused(_ reply: RedisReply, now: UInt64) {
        // Redis has forgotten the scripts, as after a restart: they are sent again.
        if reply.isError("NOSCRIPT") { return }
        if let lastRefusal, now - lastRefusal < Self.interval { return }
        lastRefusal = now
        told?(.refused(Self.words(of: reply)))
    }

    /// Redis' words without what it may repeat of a command, which may hold a session's values.
    static func words(of reply: RedisReply) -> String {
        let text = reply.text()
        let end = text.firstRange(of: ", with args")?.lowerBound ?? text.endIndex
        return String(text[..<end].prefix(200).map { $0.isASCII && $0 >= " " ? $0 : "?" })
    }
}
