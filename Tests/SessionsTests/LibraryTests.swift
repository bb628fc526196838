import Sessions
import Testing

/// The session of a web framework, as another Swift server uses it.
struct LibraryTests {
    private func cookieServer() -> LibraryServer<CookieStore> {
        LibraryServer(CookieStore(.testing()))
    }

    @Test func `keeps values from request to request`() async throws {
        var server = cookieServer()
        #expect(try await server.handle().isEmpty)
        let count: Int64 = .max
        try await server.handle { session in
            #expect(session.isNew && session.id == nil && !session.isChanged)
            session.set("user_id", count)
            session.set("tags", ["a", "b"])
            session.set("mixed", ["a", 1, nil])
            #expect(session.isChanged && session.get("user_id", as: Int64.self) == .max)
        }
        let cookies = try await server.handle { session in
            #expect(!session.isNew && session.id != nil && session.birth == 1_800_000_000)
            #expect(session.get("user_id", as: Int64.self) == .max)
            #expect(session.get("tags", as: [String].self) == ["a", "b"])
            #expect(session.get("mixed") == ["a", 1, nil])
            #expect(session.get("user_id", as: String.self) == nil)
            #expect(!session.isChanged)
        }
        #expect(cookies.isEmpty)
    }

    @Test func `gets once, deletes and clears`() async throws {
        var server = cookieServer()
        try await server.handle { session in
            session.set("a", 1)
            session.set("b", 2)
            session.set("c", 3)
        }
        try await server.handle { session in
            #expect(session.getOnce("a") == 1)
            #expect(session.getOnce("a") == nil)
            session.delete("b")
        }
        try await server.handle { session in
            #expect(session.values.members.list.map(\.name) == ["c"])
            session.clear()
            #expect(session.get("c") == nil && session.isChanged)
        }
        #expect(server.jar.isEmpty)
    }

    @Test func `renews the id and hands a value out once`() async throws {
        var server = cookieServer()
        try await server.handle { session in
            session.set("a", 1)
            session.setOnce("token", "t")
        }
        var id: SessionID?
        try await server.handle { session in
            id = session.id
            #expect(session.get("token") == "t" && session.isChanged)
            session.renew()
        }
        try await server.handle { session in
            #expect(session.get("token") == nil && session.get("a") == 1)
            #expect(session.id != nil && session.id != id)
            session.setOnce("token", 1)
        }
        try await server.handle { session in
            #expect(session.get("token") == 1)
            session.set("token", 2)
        }
        for _ in 0..<2 { try await server.handle { #expect($0.get("token") == 2) } }
    }

    @Test func `shows flash messages on the next page`() async throws {
        var server = cookieServer()
        try await server.handle(status: 303) { $0.flash("Saved.", kind: "success") }
        try await server.handle(page: false) { #expect($0.flashes.isEmpty) }
        try await server.handle { session in
            #expect(session.flashes["success"] == ["Saved."] && session.flashes.kindNames == ["success"])
            session.keepFlashes()
        }
        try await server.handle { #expect($0.flashes["success"] == ["Saved."]) }
        try await server.handle { #expect($0.flashes.isEmpty && $0.flashes["success"].isEmpty) }
        #expect(server.jar.isEmpty)
    }

    @Test func `saves nothing of an error's answer`() async throws {
        var server = cookieServer()
        #expect(try await server.handle(status: 500) { $0.set("a", 1) }.isEmpty)
        server.jar = [("_gateway_session", "forged")]
        #expect(try await server.handle(status: 500) { $0.set("a", 1) }.count == 1)
        #expect(server.jar.isEmpty)
    }

    @Test func `destroys a session with its cookies, and bears that there is none`() async throws {
        var server = cookieServer()
        let response = SessionResponse(status: 200, isPage: true, secureConnection: false, now: server.now)
        try await server.handle { session in
            session.set("a", 1)
            session.flash("m", kind: "k")
        }
        let session = server.store.load(from: SessionRequest(cookies: server.jar, isPage: true, now: server.now))
        for cookie in server.store.destroy(session, in: response) { server.keep(cookie) }
        #expect(server.jar.isEmpty)
        #expect(server.store.destroy(Session(), in: response).isEmpty)
    }

    @Test func `Null reads no cookie, keeps values within a request and issues nothing`() async throws {
        var filled = cookieServer()
        try await filled.handle { $0.set("a", 1) }
        var server = LibraryServer(NullStore())
        server.jar = filled.jar
        let cookies = try await server.handle { session in
            #expect(session.isNew && session.get("a") == nil)
            session.set("b", 2)
            session.flash("m", kind: "k")
            #expect(session.get("b") == 2)
        }
        #expect(cookies.isEmpty)
        try await server.handle { #expect($0.get("b") == nil) }
    }
}
