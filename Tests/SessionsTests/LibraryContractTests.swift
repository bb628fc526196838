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
}
