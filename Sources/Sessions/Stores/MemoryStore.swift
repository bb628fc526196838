/// Keeps sessions in this process's memory, for all of its threads; they end with the process.
///
/// It takes no more than its size: the sessions that were not asked for longest go when there is no room, and are counted.
/// A session is found by its tag in one of several shards, each with a lock of its own.
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
    private let reported = Guarded<UInt64>(0)

    /// Makes an empty store of a size in bytes, at least 1 MiB.
    public init(size: UInt64 = defaultSize, times: StoreTimes) {
        let size = max(size, Self.smallestSize)
        let wanted = min(size / Self.smallestShard, UInt64(Self.mostShards))
        // A power of two, so that some bits of the tag choose the shard.
        let count = 1 << (Int.bitWidth - 1 - Int(wanted).leadingZeroBitCount)
        let capacity = Int(clamping: size) / count
        shards = (0..<count).map { _ in Shard(MemoryShard(capacity: capacity, times: times)) }
    }

    /// Does what is asked, and answers at once; `now` is in seconds since 1970.
    public func ask(_ request: StoreRequest, now: Int64) -> StoreAnswer {
        shard(of: request.key).state.withLock { $0.answer(request, now: now) }
    }

    /// Goes by other settings from now on, and keeps its sessions; for a route file that is read anew.
    public func adjust(size: UInt64, times: StoreTimes) {
        let capacity = Int(clamping: max(size, Self.smallestSize)) / shards.count
        for shard in shards { shard.state.withLock { $0.adjust(capacity: capacity, times: times) } }
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

    private func shard(of key: StoreKey) -> Shard {
        shards[Int(truncatingIfNeeded: key.tag) & (shards.count - 1)]
    }
}
