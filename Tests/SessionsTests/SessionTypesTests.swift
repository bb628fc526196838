import Sessions
import Testing

/// Types of an application's own in a session, each under its name.
struct SessionTypesTests {
    private struct Account: Codable, Sendable, Equatable {
        var id: Int64
        var tags: [String]
        var home: Address?
    }

    private struct Address: Codable, Sendable, Equatable {
        var city: String
    }

    private enum Colour: String, Codable, Sendable { case red, blue }

    /// The same fields as `Address`.
    private struct Station: Codable, Sendable, Equatable {
        var city: String
    }

    private static let now: Int64 = 1_800_000_000

    private var types: SessionTypes {
        var types = SessionTypes()
        types.register(Account.self, as: "account")
        types.register(Address.self, as: "address")
        types.register(Colour.self, as: "colour")
        // Saying the same twice is no mistake.
        types.register(Colour.self, as: "colour")
        return types
    }

    /// The session after it was saved and found again.
    private func saved(_ work: (inout Session) throws -> Void) async throws -> Session {
        let store = CookieStore(.testing())
        var random = SeededRandom()
        var session = try await store.load(from: .init(cookies: [], isPage: false, now: Self.now), types: types)
        try work(&session)
        let response = SessionResponse(status: 200, isPage: false, secureConnection: false, now: Self.now)
        let cookies = try await session.save(to: store, in: response, random: &random).map { cookie in
            let pair = cookie.prefix { $0 != ";" }
            let name = pair.prefix { $0 != "=" }
            return (name: String(name), value: String(pair.dropFirst(name.count + 1)))
        }
        return try await store.load(from: .init(cookies: cookies, isPage: false, now: Self.now), types: types)
    }

    @Test func `a value comes back as the type it was, with what it holds`() async throws {
        let account = Account(id: .max, tags: ["ä", "b"], home: Address(city: "Ulm"))
        let session = try await saved { session in
            try session.set("account", account)
            try session.set("colour", Colour.blue)
            session.set("plain", "text")
        }
        #expect(try session.get("account", as: Account.self) == account)
        #expect(try session.get("colour", as: Colour.self) == .blue)
        #expect(try session.getRegistered("account") as? Account == account)
        #expect(try session.getRegistered("colour") as? Colour == .blue)
        #expect(session.get("plain", as: String.self) == "text")
        #expect(session.get("colour") == ["$colour": "blue"])
        #expect(session.get("nothing") == nil)
        #expect(try session.get("nothing", as: Account.self) == nil)
    }

    @Test func `a value of another type, or without one, is not taken for it`() async throws {
        let session = try await saved { session in
            try session.set("address", Address(city: "Ulm"))
            session.set("untyped", ["city": "Ulm"])
        }
        #expect(try session.get("address", as: Account.self) == nil)
        #expect(try session.get("untyped", as: Address.self) == nil)
        #expect(try session.getRegistered("untyped") == nil)
        #expect(try session.get("untyped", decoding: Address.self) == Address(city: "Ulm"))
    }

    @Test func `a type nobody registered is said to be none, to store and to read`() async throws {
        let session = try await saved { session in
            #expect(throws: SessionTypeError.notRegistered("Station")) { try session.set("x", Station(city: "Ulm")) }
            session.set("future", ["$later": 1])
        }
        #expect(throws: SessionTypeError.notRegistered("Station")) { try session.get("x", as: Station.self) }
        #expect(throws: SessionTypeError.notRegistered("later")) { try session.getRegistered("future") }
    }

    @Test func `what was stored by a type that has changed since is an error, not nothing`() async throws {
        let session = try await saved { $0.set("account", ["$account": ["id": "no number"]]) }
        #expect(throws: DecodingError.self) { try session.get("account", as: Account.self) }
    }

    @Test func `two types of one name, or two names for a type, end the program`() async {
        await #expect(processExitsWith: .failure) {
            var types = SessionTypes()
            types.register(Int.self, as: "number")
            types.register(String.self, as: "number")
        }
        await #expect(processExitsWith: .failure) {
            var types = SessionTypes()
            types.register(Int.self, as: "number")
            types.register(Int.self, as: "count")
        }
    }
}
