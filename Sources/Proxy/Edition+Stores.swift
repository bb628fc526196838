import Logging
import Redis
import Sessions
import Upstream

/// The server stores of an edition's sessions.
extension Edition {
    /// Finds or makes what each session's values live in; nil for those that live in their cookies.
    ///
    /// Sessions in the same Redis share a connection, also with those of the edition before.
    static func stores(
        _ snapshot: Snapshot,
        _ upstreams: UpstreamClient,
        _ logger: Logger,
        former: Edition?
    ) -> (stores: [SessionBackend?], clients: [RedisClient]) {
        var clients: [RedisClient] = []
        let stores: [SessionBackend?] = snapshot.settings.sessions.enumerated().map { index, session in
            if let memory = snapshot.memoryStores[index] { return .memory(memory) }
            guard session.settings.serverStore == .redis, let settings = session.redis else { return nil }
            let known = (clients + (former?.redisClients ?? [])).first { $0.settings == settings.redis }
            let client = known ?? RedisClient(settings: settings.redis, upstream: upstreams)
            if known == nil { client.onEvent = { report($0, settings.redis.address, logger) } }
            if !clients.contains(where: { $0 === client }) { clients.append(client) }
            let times = StoreTimes(session.settings)
            return .waiting(RedisStore(client: client, times: times, prefix: settings.prefix))
        }
        return (stores, clients)
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

    /// Closes the connections to stores that the next edition does not have: no exchange waits for them any more.
    func closeStores(except next: Edition?) {
        if next == nil {
            for case .waiting(let store)? in stores { store.close() }
        }
        for client in redisClients where next?.redisClients.contains(where: { $0 === client }) != true {
            client.close()
        }
    }
}
