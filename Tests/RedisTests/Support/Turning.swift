import LinuxIO
import Redis
import RedisServer
import Sessions
import Upstream

extension EventLoop {
    /// Takes turns until something has happened; false when it has not within ten seconds.
    func turn(until happened: () -> Bool) -> Bool {
        let limit = now + 10_000_000_000
        while !happened() {
            guard now < limit else { return false }
            runOnce(timeoutNanoseconds: 20_000_000)
        }
        return true
    }
}

/// A client on a loop of its own, and what it said.
final class TestClient {
    let loop: EventLoop
    let client: RedisClient
    private let upstream: UpstreamClient
    private(set) var events: [RedisEvent] = []
    private var collectors: [Collector] = []

    init(_ url: String, _ change: (inout RedisSettings) -> Void = { _ in }) throws {
        loop = try EventLoop()
        upstream = UpstreamClient(loop: loop)
        var settings = try RedisSettings(address: RedisAddress(parsing: url))
        // Not what is tried here, but for the tests that set it: a sanitizer's TLS takes its time.
        settings.timeout = 20_000_000_000
        change(&settings)
        client = RedisClient(settings: settings, upstream: upstream)
        client.onEvent = { [unowned self] in events.append($0) }
    }

    deinit { client.close() }

    /// Gives a command without waiting for its reply.
    func begin(_ words: [String]) throws(RedisError) -> Collector {
        let collector = Collector()
        try client.send(to: collector, tag: 7, arguments: words.count) { command in
            for word in words { command.add(Array(word.utf8)) }
        }
        collectors.append(collector)
        return collector
    }

    /// Gives a command and waits for its end.
    func run(_ words: String...) -> Collector.End {
        do throws(RedisError) {
            let collector = try begin(words)
            guard loop.turn(until: { collector.end != nil }), let end = collector.end else { return .never }
            return end
        } catch {
            return .failed(error)
        }
    }
}

/// A receiver that writes down what it is told.
final class Collector: RedisReceiver {
    /// How a command ended.
    enum End: Equatable {
        case text(String)
        case number(Int)
        case error(String)
        case list([String])
        case null
        case failed(RedisError)
        /// Not within ten seconds.
        case never

        var failure: RedisError? { if case .failed(let error) = self { error } else { nil } }
    }

    private(set) var end: End?
    /// How often it was told: once is right.
    private(set) var count = 0
    /// Called at the first end.
    var told: (() -> Void)?

    override func redisReplied(_ reply: RedisReply, tag: UInt64) {
        count += tag == 7 ? 1 : 100
        end =
            switch reply.kind {
            case .string, .status: .text(reply.text())
            case .error: .error(reply.text())
            case .integer: .number(reply[0].number)
            case .null: .null
            case .array: .list((1..<max(1, reply.count)).map { reply.text(of: $0) })
            }
        tell()
    }

    override func redisFailed(_ error: RedisError, tag: UInt64) {
        count += tag == 7 ? 1 : 100
        end = .failed(error)
        tell()
    }

    /// Calls `told` and lets go of it: what it holds may hold this.
    private func tell() {
        let told = told
        self.told = nil
        told?()
    }
}
