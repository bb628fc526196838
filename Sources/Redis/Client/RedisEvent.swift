/// What an operator should hear of a Redis.
public enum RedisEvent: Sendable, Equatable {
    /// It cannot be used for the moment.
    ///
    /// Said when it was fine before, then every ten seconds at most.
    case failed(RedisError)
    /// It can be used again after it could not.
    case recovered
    /// It refused a command, in these words; said every ten seconds at most.
    case refused(String)
}
