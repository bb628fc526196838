import Sessions

/// One request to the store until its answer: its command, the script sent again where Redis does not know it, and the
/// way after a session that was renewed meanwhile.
///
/// Used again, so that a request allocates nothing for it.
final class RedisOperation: RedisReceiver {
    /// Over so many renewals a slow request finds its session.
    private static let mostMoves = 16
    private static let unknown = StoreAnswer.failed(why: "Redis answers a script with what it does not say")

    private var request: StoreRequest?
    private var now: Int64 = 0
    private var store: RedisStore?
    private var waiter: StoreWaiter?
    private var ticket: UInt32 = 0
    /// The key of the session, and the second one of a request that has two.
    private var key: [UInt8] = []
    private var newKey: [UInt8] = []
    private var moves = 0

    func begin(_ request: StoreRequest, now: Int64, store: RedisStore, waiter: StoreWaiter, ticket: UInt32) {
        self.request = request
        self.now = now
        self.store = store
        self.waiter = waiter
        self.ticket = ticket
        moves = 0
        switch request {
        case .open(let first), .create(let first, _), .adopt(let first, _, _), .apply(let first, _), .delete(let first):
            write(first, store, into: &key)
            newKey.removeAll(keepingCapacity: true)
        case .renew(let first, let second, _), .replace(let first, let second, _):
            write(first, store, into: &key)
            write(second, store, into: &newKey)
        }
    }

    /// It is over: lets go of what it holds.
    func end() {
        let store = store
        self.store = nil
        request = nil
        waiter = nil
        store?.give(self)
    }

    private func write(_ key: StoreKey, _ store: RedisStore, into text: inout [UInt8]) {
        text.removeAll(keepingCapacity: true)
        text.append(contentsOf: store.prefix)
        key.write(into: &text)
    }

    // MARK: Asking

    /// Sends the command; whole: with the script's source, not its digest.
    func send(whole: Bool = false) throws(RedisError) {
        guard let request, let store else { return }
        switch request {
        case .open:
            try store.client.send(to: self, tag: 0, arguments: 2) { command in
                command.add("HGETALL")
                command.add(key)
            }
        case .create(_, let operations):
            try create(operations, birth: now, store, whole)
        case .adopt(_, let operations, let birth):
            try create(operations, birth: birth, store, whole)
        case .replace(_, _, let operations):
            try create(operations, birth: now, store, whole)
        case .apply(_, let operations), .renew(_, _, let operations):
            let more = 6 + operations.consumes.count * 2 + operations.deletes.count + operations.sets.count * 2
            try run(.change, store, whole, more: more) { add(&$0, changed: operations, store) }
        case .delete:
            try run(.delete, store, whole, more: 0) { _ in }
        }
    }

    private func create(
        _ operations: StoreOperations,
        birth: Int64,
        _ store: RedisStore,
        _ whole: Bool
    ) throws(RedisError) {
        try run(.create, store, whole, more: 4 + operations.sets.count * 2) { command in
            command.add(Int64(operations.sets.reduce(1) { $0 + $1.name.count + RedisValue.count($1) + 2 }))
            command.add(StoreTimes.forwarding)
            command.add(birth)
            add(&command, issued: operations)
            add(&command, operations.sets)
        }
    }

    /// - Parameter more: how many arguments follow the three times.
    private func run(
        _ script: RedisScript,
        _ store: RedisStore,
        _ whole: Bool,
        more: Int,
        _ write: (inout RedisCommand) -> Void
    ) throws(RedisError) {
        let keys = newKey.isEmpty ? 1 : 2
        try store.client.send(to: self, tag: whole ? 1 : 0, arguments: 6 + keys + more) { command in
            command.add(whole ? "EVAL" : "EVALSHA")
            command.add(whole ? script.source : script.digest)
            command.add(Int64(keys))
            command.add(key)
            if keys > 1 { command.add(newKey) }
            command.add(now)
            command.add(store.times.idleTimeout)
            command.add(store.times.lifetime)
            write(&command)
        }
    }

    private func add(_ command: inout RedisCommand, changed operations: StoreOperations, _ store: RedisStore) {
        command.add(Int64(StoredValues.largest))
        command.add([UInt8](newKey.dropFirst(store.hashStart)))
        command.add(StoreTimes.forwarding)
        command.add(Int64(operations.consumes.count))
        command.add(Int64(operations.deletes.count))
        add(&command, issued: operations)
        for consumed in operations.consumes {
            command.add(consumed.name)
            command.add(RedisValue.mark(consumed.stamp))
        }
        for name in operations.deletes { command.add(name) }
        add(&command, operations.sets)
    }

    private func add(_ command: inout RedisCommand, issued operations: StoreOperations) {
        if let issued = operations.issued { command.add(issued) } else { command.add("") }
    }

    private func add(_ command: inout RedisCommand, _ sets: [StoredValues.Entry]) {
        for entry in sets {
            command.add(entry.name)
            command.add(entry.stamp == 0 ? entry.text : RedisValue.mark(entry.stamp) + entry.text)
        }
    }

    // MARK: Answers

    override func redisReplied(_ reply: RedisReply, tag: UInt64) {
        guard let request, let store else { return }
        if reply.kind == .error {
            // It was not run, so it may be sent again; one that was whole, and still is not known, is not.
            if tag == 0, reply.isError("NOSCRIPT") { return sendAgain(whole: true) }
            return answer(.failed(why: "Redis refuses: \(RedisReport.words(of: reply))"))
        }
        if case .open(let key) = request {
            return answer(RedisValue.opened(reply, key, now: now, store.times))
        }
        switch reply.kind {
        case .integer: answer(meaning(of: reply[0].number))
        case .string where moves < Self.mostMoves:
            moves += 1
            key.removeLast(key.count - store.hashStart)
            reply.withBytes(of: 0) { hash in
                for index in hash.indices { key.append(hash[index]) }
            }
            sendAgain(whole: tag == 1)
        default: answer(Self.unknown)
        }
    }

    override func redisFailed(_ error: RedisError, tag: UInt64) {
        // The worker stops: nobody is to be answered any more.
        if error.cause == .closed { return end() }
        answer(.failed(why: error.description))
    }

    private func meaning(of number: Int) -> StoreAnswer {
        switch number {
        case 0: .gone
        case 1: if moves > 0, case .apply? = request { .doneElsewhere } else { .done }
        case 2: .emptied
        case ..<0: .tooLarge(size: Int(clamping: number.magnitude))
        default: Self.unknown
        }
    }

    private func sendAgain(whole: Bool) {
        do throws(RedisError) {
            try send(whole: whole)
        } catch {
            answer(.failed(why: error.description))
        }
    }

    /// Tells the waiter, which may ask again within that: so nothing of this request is left by then.
    private func answer(_ answer: StoreAnswer) {
        let (waiter, ticket) = (waiter, ticket)
        end()
        waiter?.storeAnswered(answer, ticket: ticket)
    }
}
