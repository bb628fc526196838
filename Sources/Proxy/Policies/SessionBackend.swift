import Sessions

/// Where a worker finds a session's server store: one that answers at once, shared by all workers, or one of its own.
enum SessionBackend {
    case memory(MemoryStore)
    case waiting(WaitingStore)
}
