/// One part of the memory store, which keeps what `StoreRequest` promises for the keys of its tags; no lock, no clock.
///
/// Sessions stand in a list by when they were last asked for. The oldest goes when room is needed, and it is where ended
/// sessions gather: each request looks at the end of the list, so that they leave without a search. Keys that have
/// moved are kept apart, in the order they came, which is the order they end in.
///
/// One piece because list, index and accounts change together.
struct MemoryShard {
    /// What a session takes beside its values, in bytes: index, list and the objects' heads.
    static let sessionOverhead = 448
    /// What a key that has moved takes, in bytes.
    static let moveCost = 192
    private static let none = -1
    private static let mostMoves = 16

    private struct Slot {
        var session: StoredSession?
        var newer = none
        var older = none
    }

    /// What became of a key: another one has its session, or none as the session was replaced.
    struct Move {
        let key: StoreKey
        let to: StoreKey?
        let end: Int64
    }

    /// What goes from shard to shard when there is another number of them, each list in its order, the oldest first.
    struct Contents {
        var sessions: [StoredSession] = []
        var moves: [Move] = []
    }

    /// What it holds and has let go of.
    private(set) var figures = MemoryFigures()

    private var capacity: Int
    private var times: StoreTimes
    private var slots: [Slot] = []
    private var free: [Int] = []
    private var index: [StoreKey: Int] = [:]
    private var newest = none
    private var oldest = none
    private var moves: [StoreKey: Move] = [:]
    // In the order they end; those before `firstMoved` have ended.
    private var moved: [StoreKey] = []
    private var firstMoved = 0

    init(capacity: Int, times: StoreTimes) {
        self.capacity = capacity
        self.times = times
    }

    /// Goes by other settings from now on; what is too much goes with the next session that comes.
    mutating func adjust(capacity: Int, times: StoreTimes) {
        self.capacity = capacity
        self.times = times
    }

    /// Takes everything out; what was counted of sessions that are gone stays.
    mutating func takeAll() -> Contents {
        var contents = Contents()
        var place = oldest
        while place != Self.none {
            if let session = slots[place].session { contents.sessions.append(session) }
            place = slots[place].newer
        }
        contents.moves = moved[firstMoved...].compactMap { moves[$0] }
        let before = figures
        self = MemoryShard(capacity: capacity, times: times)
        figures.evicted = before.evicted
        figures.ended = before.ended
        return contents
    }

    /// Takes over what another shard had; of what is too much the oldest goes.
    mutating func take(_ contents: Contents) {
        for move in contents.moves { add(move) }
        for session in contents.sessions { insert(session) }
    }

    mutating func answer(_ request: StoreRequest, now: Int64) -> StoreAnswer {
        removeEnded(now: now, atMost: 2)
        switch request {
        case .open(let key):
            guard let place = place(of: key, now: now), let session = slots[place].session else {
                return move(of: key, now: now) == nil ? .absent : .moved
            }
            makeNewest(place)
            return .opened(session)
        case .create(let key, let operations):
            return create(key, operations, birth: now, now: now)
        case .adopt(let key, let operations, let birth):
            return create(key, operations, birth: birth, now: now)
        case .apply(let key, let operations):
            let reached = reached(from: key, now: now)
            guard let place = place(of: reached, now: now) else { return .gone }
            let answer = change(place, operations, to: nil, now: now)
            if reached != key, case .done = answer { return .doneElsewhere }
            return answer
        case .renew(let key, let new, let operations):
            guard let place = place(of: reached(from: key, now: now), now: now) else { return .gone }
            return change(place, operations, to: new, now: now)
        case .replace(let key, let new, let operations):
            let created = create(new, operations, birth: now, now: now)
            if case .tooLarge = created { return created }
            delete(key, now: now)
            move(reached(from: key, now: now), to: nil, now: now)
            return created
        case .delete(let key):
            delete(key, now: now)
            return .done
        }
    }

    /// Removes what has ended, so much of it at most.
    mutating func removeEnded(now: Int64, atMost limit: Int) {
        for _ in 0..<limit {
            guard oldest != Self.none, let session = slots[oldest].session, hasEnded(session, now: now) else { break }
            remove(oldest)
            figures.ended += 1
        }
        for _ in 0..<limit {
            guard firstMoved < moved.count, (moves[moved[firstMoved]]?.end ?? now) <= now else { break }
            removeFirstMove()
        }
    }

    // MARK: The steps

    private mutating func create(
        _ key: StoreKey,
        _ operations: StoreOperations,
        birth: Int64,
        now: Int64
    ) -> StoreAnswer {
        var values = StoredValues()
        values.apply(operations)
        if values.isEmpty { return .emptied }
        guard values.json.count <= StoredValues.largest else { return .tooLarge(size: values.json.count) }
        insert(StoredSession(key: key, values: values, birth: birth, lastSeen: now, issued: operations.issued))
        return .done
    }

    private mutating func change(
        _ place: Int,
        _ operations: StoreOperations,
        to new: StoreKey?,
        now: Int64
    ) -> StoreAnswer {
        guard let old = slots[place].session else { return .gone }
        var values = old.values
        if !operations.isEmpty {
            values.apply(operations)
            if values.isEmpty {
                remove(place)
                return .emptied
            }
            guard values.json.count <= StoredValues.largest else { return .tooLarge(size: values.json.count) }
        }
        remove(place)
        if let new { move(old.key, to: new, now: now) }
        insert(
            StoredSession(
                key: new ?? old.key,
                values: values,
                birth: old.birth,
                lastSeen: max(now, old.lastSeen),
                issued: operations.issued ?? old.issued
            )
        )
        return .done
    }

    private mutating func delete(_ key: StoreKey, now: Int64) {
        if let place = index[reached(from: key, now: now)] { remove(place) }
    }

    /// Where a session is that had this key; the key itself when it was not renewed.
    private func reached(from key: StoreKey, now: Int64) -> StoreKey {
        var key = key
        for _ in 0..<Self.mostMoves {
            guard let next = move(of: key, now: now)?.to else { break }
            key = next
        }
        return key
    }

    private mutating func place(of key: StoreKey, now: Int64) -> Int? {
        guard let place = index[key], let session = slots[place].session else { return nil }
        if !hasEnded(session, now: now) { return place }
        remove(place)
        figures.ended += 1
        return nil
    }

    private func hasEnded(_ session: StoredSession, now: Int64) -> Bool {
        times.end(birth: session.birth, lastSeen: session.lastSeen) <= now
    }

    // MARK: The list

    private mutating func insert(_ session: StoredSession) {
        let place: Int
        if let known = index[session.key] { remove(known) }
        if let unused = free.popLast() {
            place = unused
        } else {
            place = slots.count
            slots.append(Slot())
        }
        slots[place] = Slot(session: session)
        index[session.key] = place
        figures.sessions += 1
        figures.bytes += Self.cost(session)
        link(place)
        while figures.bytes > capacity, oldest != place {
            remove(oldest)
            figures.evicted += 1
        }
    }

    private mutating func remove(_ place: Int) {
        guard let session = slots[place].session else { return }
        unlink(place)
        slots[place].session = nil
        free.append(place)
        index[session.key] = nil
        figures.sessions -= 1
        figures.bytes -= Self.cost(session)
    }

    private mutating func makeNewest(_ place: Int) {
        guard place != newest else { return }
        unlink(place)
        link(place)
    }

    private mutating func link(_ place: Int) {
        slots[place].newer = Self.none
        slots[place].older = newest
        if newest != Self.none { slots[newest].newer = place }
        newest = place
        if oldest == Self.none { oldest = place }
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (slots[place].newer, slots[place].older)
        if newer == Self.none { newest = older } else { slots[newer].older = older }
        if older == Self.none { oldest = newer } else { slots[older].newer = newer }
    }

    private static func cost(_ session: StoredSession) -> Int { sessionOverhead + session.values.cost }

    // MARK: Keys that have moved

    private func move(of key: StoreKey, now: Int64) -> Move? {
        guard let move = moves[key], move.end > now else { return nil }
        return move
    }

    private mutating func move(_ key: StoreKey, to new: StoreKey?, now: Int64) {
        add(Move(key: key, to: new, end: StoreTimes.forwardingEnd(from: now)))
    }

    private mutating func add(_ move: Move) {
        if moves.updateValue(move, forKey: move.key) != nil { return }
        moved.append(move.key)
        figures.bytes += Self.moveCost
        // Whoever renews all day long must not push sessions out: an eighth of the room is enough.
        while (moved.count - firstMoved) * Self.moveCost > capacity / 8 { removeFirstMove() }
    }

    private mutating func removeFirstMove() {
        moves[moved[firstMoved]] = nil
        firstMoved += 1
        figures.bytes -= Self.moveCost
        if firstMoved == moved.count || firstMoved > 1024 {
            moved.removeFirst(firstMoved)
            firstMoved = 0
        }
    }
}
