import Sessions
import Testing

/// What every store of the library does alike.
struct LibraryContractTests {
    private static let gorilla = SessionSettings.testing { $0.format = .gorilla }

    /// Tries the same with each store.
    private func onEveryStore(_ attempt: (any SessionStore) async throws -> Void) async throws {
        try await attempt(CookieStore(.testing()))
        try await attempt(CookieStore(Self.gorilla))
        try await attempt(MemorySessionStore(.testing()))
    }

    @Test func `a value that was taken out and is set again stays`() async throws {
        func attempt(_ store: some SessionStore) async throws {
            var server = LibraryServer(store)
            try await server.handle { session in
                session.set("cart", [1, 2])
                session.set("user", 42)
            }
            try await server.handle { session in
                let cart = session.getOnce("cart")
                session.set("cart", cart)
                session.delete("user")
                session.set("user", 42)
            }
            try await server.handle { session in
                #expect(session.get("cart") == [1, 2] && session.get("user") == 42)
                session.set("user", 42)
                session.delete("user")
            }
            try await server.handle { #expect($0.get("user") == nil && $0.get("cart") == [1, 2]) }
        }
        try await onEveryStore { try await attempt($0) }
    }

    @Test func `a value that is nested too deep to be read again is refused, and what was stays`() async throws {
        func nested(_ levels: Int) -> Value {
            (0..<levels).reduce(1) { value, _ in .array([value]) }
        }
        func attempt(_ store: some SessionStore) async throws {
            var server = LibraryServer(store)
            try await server.handle { session in
                session.set("user", 42)
                session.set("deep", nested(63))
            }
            for levels in [64, 65, 100] {
                let error = await #expect(throws: SaveError.self) {
                    try await server.handle { $0.set("deep", nested(levels)) }
                }
                guard case .unrepresentable(name: "deep", _)? = error else {
                    Issue.record("\(levels): \(String(describing: error))")
                    continue
                }
            }
            // Of an error's answer nothing is saved, so nothing is refused.
            try await server.handle(status: 500) { $0.set("deep", nested(64)) }
            try await server.handle { #expect($0.get("user") == 42 && $0.get("deep") == nested(63)) }
        }
        try await onEveryStore { try await attempt($0) }
    }

    @Test func `objects count as levels too`() async throws {
        let objects = (0..<64).reduce(1 as Value) { value, _ in ["a": value] }
        var server = LibraryServer(MemorySessionStore(.testing()))
        await #expect(throws: SaveError.self) { try await server.handle { $0.set("deep", objects) } }
        await #expect(throws: SaveError.self) { try await server.handle { $0.setOnce("deep", [objects]) } }
        #expect(server.store.memory.figures.sessions == 0)
    }
}
