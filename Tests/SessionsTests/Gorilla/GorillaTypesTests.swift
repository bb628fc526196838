import Glibc
import Testing

@testable import Sessions

/// Go structs that gorilla's sessions hold, as Swift types registered under their Go names.
@Suite(.serialized)
struct GorillaTypesTests {
    /// `account` of peer/main.go.
    private struct Account: Codable, Sendable, Equatable {
        var id: Int64
        var email: String
        var tags: [String]
        var extra: [String]?

        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case email = "Email"
            case tags = "Tags"
            case extra = "Extra"
        }
    }

    private static let name = "_buffalo_session"

    private var store: CookieStore {
        var settings = SessionSettings()
        settings.name = Self.name
        settings.format = .gorilla
        settings.secrets = [Array(GoPeer.hashKey.utf8)]
        settings.idleTimeout = settings.lifetime
        return CookieStore(settings)
    }

    private var types: SessionTypes {
        var types = SessionTypes()
        types.register(Account.self, as: "main.account")
        return types
    }

    private func load(_ cookie: String) async throws -> Session {
        let request = SessionRequest(cookies: [(Self.name, cookie)], isPage: false, now: Int64(time(nil)))
        return try await store.load(from: request, types: types)
    }

    private func save(_ session: Session) async throws -> String {
        var random = SeededRandom()
        let response = SessionResponse(status: 200, isPage: false, secureConnection: false, now: Int64(time(nil)))
        let cookies = try await session.save(to: store, in: response, random: &random)
        let pair = try #require(cookies.first).prefix { $0 != ";" }
        return String(pair.dropFirst(Self.name.count + 1))
    }

    private func member(_ name: String, of values: Value) -> Value? {
        guard case .object(let members) = values else { return nil }
        return members[name]
    }

    @Test func `a struct of Go's is read, changed, and read by Go`() async throws {
        let peer = try GoPeer.shared()
        var changed: [(cookie: String, account: Account)] = []
        for line in try peer.make(seed: 5, count: 60, encrypted: false) {
            var session = try await load(line.cookie)
            let found = try session.get("x_account", as: Account.self)
            guard let said = member("x_account", of: line.values) else {
                #expect(found == nil)
                continue
            }
            var account = try #require(found)
            #expect(account == (try said.decode(Account.self)))
            // Services do not see it, as they could not say its type.
            #expect(session.get("x_account") == nil)
            account.id = -account.id
            account.email += "ü"
            account.tags.append("more")
            account.extra = nil
            try session.set("x_account", account)
            // Another name for a type that the session has a value of.
            try session.set("x_other", Account(id: 0, email: "", tags: [], extra: ["a", "b"]))
            #expect(try session.get("x_account", as: Account.self) == account)
            changed.append((try await save(session), account))
        }
        #expect(changed.count > 10)
        let read = try peer.read(changed.map(\.cookie), encrypted: false)
        for (line, (cookie, account)) in zip(read, changed) {
            #expect(try member("x_account", of: line.values)?.decode(Account.self) == account)
            guard case .string(let type)? = member("x_account", of: line.types) else {
                Issue.record("Go says no type")
                continue
            }
            #expect(type.hasPrefix("main.account "))
            #expect(member("x_other", of: line.values) == ["ID": 0, "Email": "", "Tags": .null, "Extra": ["a", "b"]])
            let again = try await load(cookie)
            #expect(try again.get("x_account", as: Account.self) == account)
            let other = try #require(try again.get("x_other", as: Account.self))
            #expect(other.id == 0 && other.tags == [] && other.extra == ["a", "b"])
        }
    }

    @Test func `without a value of Go's there is no definition to write one by`() async throws {
        var session = try await load("")
        try session.set("x_account", Account(id: 1, email: "", tags: []))
        await #expect(throws: SaveError.self) { try await save(session) }
    }

    @Test func `what was deleted or cleared is not read from what is still in the cookie`() async throws {
        let peer = try GoPeer.shared()
        let lines = try peer.make(seed: 6, count: 30, encrypted: false)
        let line = try #require(lines.first { member("x_account", of: $0.values) != nil })
        var session = try await load(line.cookie)
        #expect(try session.get("x_account", as: Account.self) != nil)
        session.delete("x_account")
        #expect(try session.get("x_account", as: Account.self) == nil)
        var cleared = try await load(line.cookie)
        cleared.clear()
        #expect(try cleared.get("x_account", as: Account.self) == nil)
    }

    @Test func `what a struct of Go's cannot hold is refused`() async throws {
        let peer = try GoPeer.shared()
        let lines = try peer.make(seed: 6, count: 30, encrypted: false)
        let line = try #require(lines.first { member("x_account", of: $0.values) != nil })
        for wrong: Value in [
            ["$main.account": ["Unknown": 1]], ["$main.account": ["ID": "text"]], ["$main.account": ["ID": 1.5]],
            ["$main.account": ["Tags": [1]]], ["$main.other": ["ID": 1]], ["$main.account": 1], ["ID": 1],
        ] {
            var session = try await load(line.cookie)
            session.set("x_account", wrong)
            await #expect(throws: SaveError.self, "\(wrong)") { try await save(session) }
        }
    }
}
