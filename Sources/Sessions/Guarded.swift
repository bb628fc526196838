import Synchronization

/// A value that threads share one at a time, by a lock that the thread sanitizer sees.
///
/// `Mutex` locks inside a library that is not instrumented: to the sanitizer whatever it guards, and whatever is handed out
/// of it, looks like a race. The number beside it says the order in words the sanitizer reads; on x86 that is a load and a
/// store more.
final class Guarded<Value: ~Copyable>: Sendable {
    private let value: Mutex<Value>
    private let turn = Atomic<UInt>(0)

    init(_ value: consuming sending Value) {
        self.value = Mutex(value)
    }

    /// Has the value changed, or looked at, by one thread.
    func withLock<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        value.withLock { value in
            let number = turn.load(ordering: .acquiring)
            defer { turn.store(number &+ 1, ordering: .releasing) }
            return body(&value)
        }
    }

    /// The same, unless another thread is at it: then nil.
    func withLockIfAvailable<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result? {
        value.withLockIfAvailable { value in
            let number = turn.load(ordering: .acquiring)
            defer { turn.store(number &+ 1, ordering: .releasing) }
            return body(&value)
        }
    }
}
