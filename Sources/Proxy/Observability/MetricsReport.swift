import Synchronization

/// One question to all workers for what they have counted; the last of them to answer hands the sum on.
///
/// Nobody waits: a worker answers in its own time, between two events.
final class MetricsReport: Sendable {
    private struct State {
        var missing: Int
        var sum = Metrics()
    }

    private let state: Mutex<State>
    private let whenComplete: @Sendable (Metrics) -> Void

    /// - Parameter whenComplete: called once, on the last worker's thread.
    init(workers: Int, whenComplete: @escaping @Sendable (Metrics) -> Void) {
        state = Mutex(State(missing: workers))
        self.whenComplete = whenComplete
    }

    /// A worker's answer.
    func add(_ metrics: Metrics) {
        let sum = state.withLock { state -> Metrics? in
            state.sum.add(metrics)
            state.missing -= 1
            return state.missing == 0 ? state.sum : nil
        }
        if let sum { whenComplete(sum) }
    }
}
