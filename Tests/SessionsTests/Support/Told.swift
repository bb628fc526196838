import Synchronization

/// Counts how often it is told.
final class Told: Sendable {
    private let told = Atomic<Int>(0)

    var count: Int { told.load(ordering: .sequentiallyConsistent) }

    func add() { told.wrappingAdd(1, ordering: .sequentiallyConsistent) }
}
