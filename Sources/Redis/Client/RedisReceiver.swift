/// Who waits for the reply to a command.
///
/// Subclassed by stores. It is told once for each command, on the client's loop, never from inside the call that gave
/// the command.
open class RedisReceiver {
    /// A receiver of nothing yet.
    public init() {}

    /// The reply is there, an error of Redis' included; it is gone when this returns.
    open func redisReplied(_ reply: RedisReply, tag: UInt64) {}

    /// There will be no reply.
    open func redisFailed(_ error: RedisError, tag: UInt64) {}
}
