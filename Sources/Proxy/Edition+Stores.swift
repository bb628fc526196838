import Logging
import Redis
import Sessions
import Upstream

/// The server stores of an edition's sessions.
extension Edition {
    /// Finds or makes what each session's values live in; nil for those that live in their cookies.
    ///
    /// Sessions in the same Redis share a connection. Where nothing changed since the edition before, its store is used
    /// on, with its connection.
    static func stores(
        _ snapshot: Snapshot,
        _ upstreams: UpstreamClient,
        _ logger: Logger,
        former: Edition?
    ) -> [SessionBackend?] {
        var clients: [RedisClient] = []
        return snapshot.settings.sessions.enumerated().map { index, session in
            if let memory = snapshot.memoryStores[index] { return .memory(memory) }
            guard let settings = session.redis else { return nil }
            if let known = former?.store(of: session) { return known }
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

    /// The store of a session that has the same place and times here.
    private func store(of session: NamedSession) -> SessionBackend? {
        let index = snapshot.settings.sessions.firstIndex {
            $0.redis == session.redis && StoreTimes($0.settings) == StoreTimes(session.settings)
        }
        return index.flatMap { stores[$0] }
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

    /// Closes the stores that the next edition does not have: no exchange waits for them any more.
    func closeStores(except next: Edition?) {
        for case .waiting(let store)? in stores {
            let isUsedOn = next?.stores.contains { if case .waiting(let other)? = $0 { other === store } else { false } }
            if isUsedOn != true { store.close() }
        }
    }
}
