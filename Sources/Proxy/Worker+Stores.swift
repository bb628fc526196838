import LinuxIO
import Logging
import Redis
import Sessions
import Upstream

/// The server stores of a worker's sessions.
extension Worker {
    /// Finds or makes what each session's values live in; nil for those that live in their cookies.
    ///
    /// Sessions in the same Redis share a connection.
    static func stores(_ snapshot: Snapshot, _ upstreams: UpstreamClient, _ logger: Logger) -> [SessionBackend?] {
        var clients: [RedisClient] = []
        return snapshot.settings.sessions.enumerated().map { index, session in
            if let memory = snapshot.memoryStores[index] { return .memory(memory) }
            guard let settings = session.redis else { return nil }
            let client: RedisClient
            if let known = clients.first(where: { $0.settings == settings.redis }) {
                client = known
            } else {
                client = RedisClient(settings: settings.redis, upstream: upstreams)
                client.onEvent = { report($0, settings.redis.address, logger) }
                clients.append(client)
            }
            let times = StoreTimes(session.settings)
            return .waiting(RedisStore(client: client, times: times, prefix: settings.prefix))
        }
    }

    private static func report(_ event: RedisEvent, _ address: RedisAddress, _ logger: Logger) {
        let redis: Logger.Metadata = ["redis": "\(address)"]
        switch event {
        case .failed(let error):
            logger.error("redis cannot be used", metadata: redis.merging(["reason": "\(error)"]) { $1 })
        case .recovered: logger.notice("redis can be used again", metadata: redis)
        case .refused(let words):
            logger.error("redis refuses a command", metadata: redis.merging(["reason": "\(words)"]) { $1 })
        }
    }

    func closeStores() {
        for case .waiting(let store)? in stores { store.close() }
    }

    /// Takes out what has ended in the memory stores, and says when live sessions had to go.
    func tidyStores() {
        for (name, store) in snapshot.memoryStores.all {
            store.removeEnded(now: loop.wallClock)
            let evicted = store.takeEvicted()
            if evicted == 0 { continue }
            logger.warning(
                "the memory store is full: the sessions unused longest were ended",
                metadata: ["session": "\(name)", "ended": "\(evicted)"]
            )
        }
    }
}
