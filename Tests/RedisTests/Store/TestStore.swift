import LinuxIO
import Redis
import RedisServer
import Sessions
import Upstream

/// A Redis store on a loop of its own, asked as if it answered at once.
final class TestStore {
    /// There was no answer within ten seconds.
    struct NoAnswer: Error {}

    let loop: EventLoop
    let store: RedisStore
    let client: RedisClient
    private let upstream: UpstreamClient

    init(
        _ url: String,
        times: StoreTimes = StoreTimes(SessionSettings()),
        prefix: String = "test:",
        _ change: (inout RedisSettings) -> Void = { _ in }
    ) throws {
        loop = try EventLoop()
        upstream = UpstreamClient(loop: loop)
        var settings = try RedisSettings(address: RedisAddress(parsing: url))
        // How long Redis may take is not what is tried here: a sanitizer's tests keep the machine busy.
        settings.timeout = 20_000_000_000
        change(&settings)
        client = RedisClient(settings: settings, upstream: upstream)
        store = RedisStore(client: client, times: times, prefix: prefix)
    }

    deinit { store.close() }

    /// Asks without waiting.
    func begin(_ request: StoreRequest, _ now: Int64) -> TestWaiter {
        let waiter = TestWaiter()
        waiter.answer = store.ask(request, now: now, for: waiter, ticket: 9)
        return waiter
    }

    func ask(_ request: StoreRequest, _ now: Int64) throws -> StoreAnswer {
        let waiter = begin(request, now)
        guard loop.turn(until: { waiter.answer != nil }), let answer = waiter.answer else { throw NoAnswer() }
        return answer
    }
}

/// Writes down the answer.
final class TestWaiter: StoreWaiter {
    var answer: StoreAnswer?
    private(set) var count = 0

    override func storeAnswered(_ answer: StoreAnswer, ticket: UInt32) {
        count += ticket == 9 ? 1 : 100
        self.answer = answer
    }
}
