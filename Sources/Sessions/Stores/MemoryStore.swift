import Synchronization

/// Keeps sessions in this process's memory, for all of its threads; they end with the process.
///
/// It takes no more than its size: the sessions that were not asked for longest go when there is no room, and are counted.
/// A session is found by its tag in one of several shards, each with a lock of its own; how many are in use depends on
/// the size.
public final class MemoryStore: Sendable {
    /// The size when none is said, in bytes: 64 MiB.
    public static let defaultSize: UInt64 = 64 << 20
    /// The smallest size there may be, in bytes: 1 MiB.
    public static let smallestSize: UInt64 = 1 << 20
    // A shard has room for the largest session several times over.
    private static let smallestShard: UInt64 = 1 << 20
    private static let mostShards = 64

    private final class Shard: Sendable {
        let state: Guarded<MemoryShard>

        init(_ shard: consuming MemoryShard) { state = Guarded(shard) }
    }

    private let shards: [Shard]
    // A power of two, so that some bits of the tag choose the shard; changed under every lock.
    private let used: Atomic<Int>
    private let adjusting = Guarded(())
    private let reported = Guarded<UInt64>(0)

    /// Makes an empty store of a size in bytes, at least 1 MiB.
    public init(size: UInt64 = defaultSize, times: StoreTimes) {
        let (count, capacity) = Self.shards(size)
        used = Atomic(count)
        shards = (0..<Self.mostShards).map { _ in Shard(MemoryShard(capacity: capacity, times: times)) }
    }

    /// Does what is asked, and answers at once; `now` is in seconds since 1970.
    public func ask(_ request: StoreRequest, now: Int64) -> StoreAnswer {
        while true {
            let used = used.load(ordering: .relaxed)
            let answer = shards[Self.place(of: request.key, among: used)].state.withLock { state in
                // Else the session has gone to another shard meanwhile.
                used == self.used.load(ordering: .relaxed) ? state.answer(request, now: now) : nil
            }
            if let answer { return answer }
        }
    }

    /// Goes by other settings from now on, and keeps its sessions; for a route file that is read anew.
    ///
    /// Where the size asks for another number of shards everybody waits until the sessions are in their places, some
    /// microseconds for each. If there is no room for all, those that were not seen longest go.
    public func adjust(size: UInt64, times: StoreTimes) {
        let (count, capacity) = Self.shards(size)
        adjusting.withLock { _ in
            if count == used.load(ordering: .relaxed) {
                for shard in shards { shard.state.withLock { $0.adjust(capacity: capacity, times: times) } }
                return
            }
            var moving = Moving(count: count, capacity: capacity, times: times)
            spread(&moving, from: 0)
        }
    }

    /// What all shards held, on its way into another number of them.
    private struct Moving {
        let count: Int
        let capacity: Int
        let times: StoreTimes
        var contents = MemoryShard.Contents()
        var parts: [MemoryShard.Contents] = []
    }

    /// Takes out what this shard and those after it hold and gives each its part of the whole, while all are locked.
    private func spread(_ moving: inout Moving, from place: Int) {
        guard place < shards.count else {
            used.store(moving.count, ordering: .relaxed)
            moving.parts = moving.contents.parts(moving.count)
            return
        }
        shards[place].state.withLock { state in
            moving.contents.add(state.takeAll())
            state.adjust(capacity: moving.capacity, times: moving.times)
            spread(&moving, from: place + 1)
            if place < moving.count { state.take(moving.parts[place]) }
        }
    }

    /// How many shards there are for a size, and how much each takes.
    private static func shards(_ size: UInt64) -> (count: Int, capacity: Int) {
        let size = max(size, smallestSize)
        let wanted = min(size / smallestShard, UInt64(mostShards))
        let count = 1 << (Int.bitWidth - 1 - Int(wanted).leadingZeroBitCount)
        return (count, Int(clamping: size) / count)
    }

    /// What it holds and has let go of.
    public var figures: MemoryFigures {
        var figures = MemoryFigures()
        for shard in shards { figures += shard.state.withLock(\.figures) }
        return figures
    }

    /// Removes sessions that have ended, a bounded number at a time; called now and then, it keeps memory that nobody asks
    /// for from being held.
    public func removeEnded(now: Int64) {
        for shard in shards {
            // Whoever is at work there removes some too.
            _ = shard.state.withLockIfAvailable { $0.removeEnded(now: now, atMost: 256) }
        }
    }

    /// How many live sessions have gone for want of room since this was last asked, by whomever.
    public func takeEvicted() -> UInt64 {
        let evicted = figures.evicted
        return reported.withLock { reported in
            // Two may ask at once, and the first to look may come second.
            guard evicted > reported else { return 0 }
            defer { reported = evicted }
            return evicted - reported
        }
    }

    /// Which of so many shards has a key's session.
    static func place(of key: StoreKey, among count: Int) -> Int {
        Int(truncatingIfNeeded: key.tag) & (count - 1)
    }
}

extension MemoryShard.Contents {
    fileprivate mutating func add(_ other: MemoryShard.Contents) {
        sessions += other.sessions
        moves += other.moves
    }

    /// What each of so many shards gets.
    ///
    /// Only their own shard knew when sessions were last asked for: they stand by when they were seen, to the minute.
    fileprivate func parts(_ count: Int) -> [MemoryShard.Contents] {
        var parts = [MemoryShard.Contents](repeating: .init(), count: count)
        for session in sessions.sorted(by: { $0.lastSeen < $1.lastSeen }) {
            parts[MemoryStore.place(of: session.key, among: count)].sessions.append(session)
        }
        for move in moves.sorted(by: { $0.end < $1.end }) {
            parts[MemoryStore.place(of: move.key, among: count)].moves.append(move)
        }
        return parts
    }
}
