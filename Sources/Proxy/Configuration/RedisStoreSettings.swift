public import Redis

/// The Redis of a session: where its values live, with `store: redis` or `spill: redis`, or its deny list, with `deny_list: redis`.
public struct RedisStoreSettings: Sendable, Equatable {
    /// Where it is and how long it may take.
    public var redis: RedisSettings
    /// What its keys begin with; `gateway:<cookie's name>:`.
    public var prefix: String

    /// Keys with this prefix in this Redis.
    public init(redis: RedisSettings, prefix: String) {
        self.redis = redis
        self.prefix = prefix
    }
}
