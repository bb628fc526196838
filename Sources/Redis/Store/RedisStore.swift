internal import LinuxIO
public import Sessions

/// Sessions in Redis or Valkey: one hash each, changed by scripts, so that each change is one step for every gateway.
///
/// Opening is `HGETALL`. A key is `<prefix>{<tag>}:<hash>`, so that all keys of a session are in one slot of a cluster.
public final class RedisStore: WaitingStore {
    /// What the keys of a session's cookie begin with, unless the route file says otherwise: `gateway:<cookie's name>:`.
    public static func prefix(cookie name: String) -> String { "gateway:\(name):" }

    let client: RedisClient
    let times: StoreTimes
    let prefix: [UInt8]
    /// How many bytes are in `prefix`, the tag and the rest of a key before its hash.
    let hashStart: Int
    private var free: [RedisOperation] = []

    /// A store of one session's settings on a client, which others may share.
    ///
    /// - Parameter prefix: what its keys begin with. Gateways that share sessions share it; two that must not see each
    ///   other's sessions on one Redis differ in it.
    public init(client: RedisClient, times: StoreTimes, prefix: String) {
        self.client = client
        self.times = times
        self.prefix = [UInt8](prefix.utf8)
        // `{`, 16 digits, `}:`.
        hashStart = self.prefix.count + 19
    }

    public override func ask(
        _ request: StoreRequest,
        now: Int64,
        for waiter: StoreWaiter,
        ticket: UInt32
    ) -> StoreAnswer? {
        let operation = free.popLast() ?? RedisOperation()
        operation.begin(request, now: now, store: self, waiter: waiter, ticket: ticket)
        do throws(RedisError) {
            try operation.send()
            return nil
        } catch {
            operation.end()
            return .failed(why: error.description)
        }
    }

    /// Closes the client.
    public override func close() { client.close() }

    func give(_ operation: RedisOperation) {
        if free.count < 256 { free.append(operation) }
    }
}
