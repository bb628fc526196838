import Logging
import Redis
import Upstream

/// The route file as one worker serves by it: the snapshot, its own pools, and what it counted under it.
///
/// A reload gives the worker another one. An exchange keeps the one it began with to its end, so that route, policy, keys
/// and pools always belong together.
final class Edition {
    let snapshot: Snapshot
    /// One for each of the snapshot's upstreams, in their order.
    let pools: [UpstreamPool]
    /// The server store of each session, at its place in the route file; nil for those that live in their cookies.
    var stores: [SessionBackend?]
    let redisClients: [RedisClient]
    var sessionCounters: SessionCounters

    /// - Parameter former: the edition before; what its upstreams have connected is used on, where they are the same.
    init(_ snapshot: Snapshot, client: UpstreamClient, logger: Logger, former: Edition? = nil) {
        self.snapshot = snapshot
        pools = snapshot.settings.upstreams.map { settings in
            former?.pools.first { $0.settings == settings } ?? UpstreamPool(settings: settings, client: client)
        }
        (stores, redisClients) = Self.stores(snapshot, client, logger, former: former)
        sessionCounters = SessionCounters(snapshot)
    }

    /// Closes what waits in pools that the next edition does not have; connections in use are closed when they come back.
    func close(for next: Edition?) {
        for pool in pools where next?.pools.contains(where: { $0 === pool }) != true { pool.close() }
    }
}
