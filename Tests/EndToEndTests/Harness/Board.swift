import Foundation
import Synchronization

/// A value that threads change and others wait upon.
final class Board<State: Sendable>: Sendable {
    private let condition = NSCondition()
    private let state: Mutex<State>

    init(_ initial: State) {
        state = Mutex(initial)
    }

    /// The value as it is now.
    var current: State { state.withLock { $0 } }

    /// Changes the value and wakes all who wait.
    func change<Result: Sendable>(_ body: (inout sending State) -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        let result = state.withLock { body(&$0) }
        condition.broadcast()
        return result
    }

    /// Waits until `answer` finds something in the value; nil once the deadline has passed.
    func wait<Answer>(_ deadline: Deadline = Deadline(), for answer: (State) -> Answer?) -> Answer? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let found = answer(current) { return found }
            guard condition.wait(until: deadline.date) else { return answer(current) }
        }
    }
}

extension Board where State == Bool {
    /// Lets all pass who wait at this gate, now and later.
    func open() { change { $0 = true } }

    /// Blocks until somebody opens the gate.
    func pass(_ what: String = "a gate to open") throws(HarnessError) {
        guard wait(for: { $0 ? true : nil }) != nil else { throw .timeout(what) }
    }
}

/// A gate between a test and its origin's script: how they agree on an order without sleeping.
typealias Gate = Board<Bool>
