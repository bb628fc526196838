/// A descriptor on the loop.
///
/// Subclassed by listeners, client connections and wire connections.
///
/// A watcher is used on its loop's thread only, and is on one loop at a time. The loop retains it from `watch` to
/// `unwatch`.
open class Watcher {
    /// The descriptor being watched; -1 when there is none.
    public internal(set) final var descriptor: Int32 = -1

    /// The loop's list of what it watches.
    ///
    /// Unmanaged: the loop's own retain keeps every member alive.
    final var next: Unmanaged<Watcher>?
    final var previous: Unmanaged<Watcher>?

    /// A watcher that watches nothing yet.
    public init() {}

    /// Called once a turn at most, when the kernel has news about the descriptor.
    open func ready(_ readiness: Readiness) {}
}
