import Sessions
import Testing

/// Sessions in memory, as another Swift server uses them.
struct MemorySessionStoreTests {
    private func server() -> LibraryServer<MemorySessionStore> {
        LibraryServer(MemorySessionStore(.testing()))
    }

    @Test func `keeps values from request to request, larger than any cookie`() async throws {
        var server = server()
        #expect(try await server.handle().isEmpty)
        let large = String(repeating: "x", count: 50_000)
        let cookies = try await server.handle { session in
            #expect(session.isNew && session.id == nil)
            session.set("user_id", 42)
            session.set("large", large)
            session.set("gone", true)
        }
        #expect(cookies.count == 1 && cookies[0].utf8.count < 150)
        let quiet = try await server.handle { session in
            #expect(!session.isNew && session.id != nil && session.birth == 1_800_000_000)
            #expect(session.get("user_id", as: Int64.self) == 42)
            #expect(session.get("large", as: String.self) == large)
            #expect(!session.isChanged)
        }
        #expect(quiet.isEmpty)
        #expect(try await server.handle { $0.delete("gone") }.isEmpty)
        try await server.handle { #expect($0.get("gone") == nil && $0.get("user_id") == 42) }
        #expect(server.store.memory.figures.sessions == 1)
    }

    @Test func `hands a value out once, and makes it ordinary when it is set`() async throws {
        var server = server()
        try await server.handle { session in
            session.set("a", 1)
            session.setOnce("token", 1)
        }
        try await server.handle { #expect($0.get("token") == 1) }
        try await server.handle { #expect($0.get("token") == nil && $0.get("a") == 1) }
        try await server.handle { $0.setOnce("token", 2) }
        try await server.handle { $0.set("token", 2) }
        for _ in 0..<2 { try await server.handle { #expect($0.get("token") == 2) } }
    }

    @Test func `sessions beside each other both win, and one that was cleared stays so`() async throws {
        var server = server()
        try await server.handle { $0.set("a", 1) }
        let request = SessionRequest(cookies: server.jar, isPage: true, now: server.now)
        let response = SessionResponse(status: 200, isPage: true, secureConnection: false, now: server.now)
        var random = SeededRandom(3)
        var first = try server.store.load(from: request)
        var second = try server.store.load(from: request)
        var slow = try server.store.load(from: request)
        first.set("b", 2)
        second.set("c", 3)
        second.delete("a")
        slow.set("d", 4)
        #expect(try server.store.save(first, in: response, random: &random).isEmpty)
        #expect(try server.store.save(second, in: response, random: &random).isEmpty)
        try await server.handle { #expect($0.values.count == 2 && $0.get("b") == 2 && $0.get("c") == 3) }
        try await server.handle { $0.clear() }
        #expect(server.jar.isEmpty)
        #expect(try server.store.save(slow, in: response, random: &random).isEmpty)
        #expect(server.store.memory.figures.sessions == 0)
    }

    @Test func `renews, clears for a new session, and destroys`() async throws {
        var server = server()
        try await server.handle { $0.set("a", 1) }
        let first = server.jar.map(\.value)
        try await server.handle { $0.renew() }
        let second = server.jar.map(\.value)
        #expect(first != second)
        try await server.handle { session in
            #expect(session.get("a") == 1)
            session.clear()
            session.set("b", 1)
            session.flash("m", kind: "k")
        }
        #expect(server.store.memory.figures.sessions == 1)
        let response = SessionResponse(status: 200, isPage: true, secureConnection: false, now: server.now)
        let session = try server.store.load(from: SessionRequest(cookies: server.jar, isPage: true, now: server.now))
        #expect(session.get("b") == 1 && session.get("a") == nil && session.flashes["k"] == ["m"])
        for cookie in server.store.destroy(session, in: response) { server.keep(cookie) }
        #expect(server.jar.isEmpty && server.store.memory.figures.sessions == 0)
        #expect(server.store.destroy(Session(), in: response).isEmpty)
    }

    @Test func `saves nothing of an error's answer, and expires a dead cookie`() async throws {
        var server = server()
        #expect(try await server.handle(status: 500) { $0.set("a", 1) }.isEmpty)
        server.jar = [("_gateway_session", "forged")]
        #expect(try await server.handle(status: 500) { $0.set("a", 1) }.count == 1)
        #expect(server.jar.isEmpty && server.store.memory.figures.sessions == 0)
    }
}
