import Foundation

/// The moment a wait gives up; nothing in these tests waits without one.
struct Deadline: Sendable {
    /// Whether `GATEWAY_TEST_SLOW=1` is set: a sanitizer's build, or a busy machine.
    static let isSlow = ProcessInfo.processInfo.environment["GATEWAY_TEST_SLOW"] != nil
    /// How long one wait may take: 10 seconds, ten times that where it is slow.
    static let patience: Duration = isSlow ? .seconds(100) : .seconds(10)

    private let end: ContinuousClock.Instant

    /// A deadline as far from now as `patience` says.
    init(after patience: Duration = Deadline.patience) {
        end = ContinuousClock.now + patience
    }

    /// What is left, in milliseconds as `poll` takes them; 0 once it has passed.
    var milliseconds: Int32 {
        let left = end - ContinuousClock.now
        guard left > .zero else { return 0 }
        return Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
    }

    /// The same moment for Foundation's waits.
    var date: Date { Date(timeIntervalSinceNow: Double(milliseconds) / 1000) }
}
