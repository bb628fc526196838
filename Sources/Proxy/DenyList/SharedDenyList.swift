import Redis
import Sessions

/// A session's deny list that other gateways have too, and the Redis it is in.
struct SharedDenyList: Sendable {
    let session: String
    let redis: RedisStoreSettings
    /// For how many seconds a denial that begins now may count.
    let longest: Int64
    let denials: SharedDenials

    /// Those that a route file asks for; what was not handed over yet, and how far each was read, stays.
    static func all(of sessions: [NamedSession], in list: DenyList) -> [SharedDenyList] {
        let sharing = sessions.compactMap { session in
            session.denyList == .redis ? session.redis.map { (session, $0) } : nil
        }
        let shared = list.share(sharing.map { ($0.settings.name, "\($1.redis.address) \($1.prefix)") })
        return sharing.compactMap { session, redis in
            shared[session.settings.name].map {
                SharedDenyList(
                    session: session.name,
                    redis: redis,
                    longest: Denial.longestTime(session.settings),
                    denials: $0
                )
            }
        }
    }
}
