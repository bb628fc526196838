import Synchronization

/// Says without a lock that nothing is known of most ids: how many entries there are for each of 4096 groups of them.
final class IDFilter: Sendable {
    private static let groups = 4096

    private let counts = InlineArray<4096, Atomic<UInt32>> { _ in Atomic(0) }

    /// Whether something may be known of an id.
    ///
    /// A write of another thread that is not over yet may not be seen.
    func mayContain(_ id: SessionID) -> Bool {
        counts[group(id)].load(ordering: .relaxed) != 0
    }

    func insert(_ id: SessionID) {
        counts[group(id)].wrappingAdd(1, ordering: .relaxed)
    }

    func remove(_ id: SessionID) {
        counts[group(id)].wrappingSubtract(1, ordering: .relaxed)
    }

    // Ids are random, or a hash, and nobody but the gateway makes them.
    private func group(_ id: SessionID) -> Int {
        Int(truncatingIfNeeded: id.lowBits) & (IDFilter.groups - 1)
    }
}
