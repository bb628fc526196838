import Sessions

/// The memory stores of a route file's sessions, each at its session's place; shared by all workers.
struct MemoryStores: Sendable {
    private let stores: [String: MemoryStore]
    private let sessions: [NamedSession]

    /// Makes the stores a route file asks for.
    ///
    /// Those of sessions that `earlier` knows by the same name go on, with what they hold.
    init(_ settings: Settings, keeping earlier: MemoryStores? = nil) {
        var stores: [String: MemoryStore] = [:]
        for session in settings.sessions where session.settings.serverStore == .memory {
            let times = StoreTimes(session.settings)
            if let store = earlier?.stores[session.name] {
                store.adjust(size: session.settings.memorySize, times: times)
                stores[session.name] = store
            } else {
                stores[session.name] = MemoryStore(size: session.settings.memorySize, times: times)
            }
        }
        self.stores = stores
        sessions = settings.sessions
    }

    /// The store of the session at a place; nil when its values live elsewhere.
    subscript(index: Int) -> MemoryStore? { stores[sessions[index].name] }

    /// Every store, with its session's name.
    var all: [(name: String, store: MemoryStore)] { stores.map { ($0.key, $0.value) } }
}
