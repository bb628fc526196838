import Sessions
import Synchronization

/// Keeps what it is told.
final class Told: Sendable {
    private let denials = Mutex<[Denial]>([])

    var all: [Denial] { denials.withLock { $0 } }

    func add(_ denial: Denial) { denials.withLock { $0.append(denial) } }
}
