import LinuxIO
import Logging
import Redis
import Sessions
import Upstream

/// Carries denials between this process and the lists in Redis; one worker has it, for all of them.
///
/// It has connections of its own: sessions that live in Redis need not wait behind a long list.
final class DenyListCarrier {
    private var clients: [RedisClient] = []
    private var lists: [RedisDenyList] = []

    /// Begins to read.
    init(_ shared: [SharedDenyList], memory: SessionMemory, _ upstreams: UpstreamClient, _ logger: Logger) {
        for list in shared {
            let client =
                clients.first { $0.settings == list.redis.redis }
                ?? RedisClient(settings: list.redis.redis, upstream: upstreams)
            if !clients.contains(where: { $0 === client }) { clients.append(client) }
            let carried = RedisDenyList(
                client: client,
                loop: upstreams.loop,
                prefix: list.redis.prefix,
                shared: list.denials,
                list: memory.denyList,
                longest: list.longest
            )
            carried.onEvent = { Self.report($0, list, logger) }
            lists.append(carried)
            carried.start()
        }
    }

    /// Hands over what has begun here.
    func look() {
        for list in lists { list.look() }
    }

    /// Ends; what was not handed over stays where it waits.
    func close() {
        for list in lists { list.stop() }
        for client in clients { client.close() }
    }

    private static func report(_ event: RedisDenyListEvent, _ list: SharedDenyList, _ logger: Logger) {
        var about: Logger.Metadata = ["session": "\(list.session)", "redis": "\(list.redis.redis.address)"]
        switch event {
        case .failed(let why):
            about["reason"] = "\(why)"
            logger.error("the deny list is not shared: sessions revoked elsewhere are open here", metadata: about)
        case .recovered: logger.notice("the deny list is shared again", metadata: about)
        case .odd: logger.error("the deny list has an entry that no gateway wrote; it is skipped", metadata: about)
        case .lost(let count):
            about["lost"] = "\(count)"
            logger.error("more sessions were revoked than can wait: other gateways do not hear of all", metadata: about)
        }
    }
}
