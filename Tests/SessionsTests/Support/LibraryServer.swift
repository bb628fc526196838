import Sessions

/// A server with one browser in front of it.
struct LibraryServer<Store: SessionStore> {
    let store: Store
    var jar: [(name: String, value: String)] = []
    var now: Int64 = 1_800_000_000
    var random = SeededRandom()

    init(_ store: Store) {
        self.store = store
    }

    @discardableResult
    mutating func handle(
        status: Int = 200,
        page: Bool = true,
        _ work: (inout Session) -> Void = { _ in }
    ) async throws -> [String] {
        var session = try await store.load(from: SessionRequest(cookies: jar, isPage: page, now: now))
        work(&session)
        let response = SessionResponse(status: status, isPage: page, secureConnection: false, now: now)
        let cookies = try await session.save(to: store, in: response, random: &random)
        for cookie in cookies { keep(cookie) }
        return cookies
    }

    mutating func keep(_ cookie: String) {
        let pair = cookie.prefix { $0 != ";" }
        let name = String(pair.prefix { $0 != "=" })
        jar.removeAll { $0.name == name }
        if !cookie.contains("Max-Age=0") { jar.append((name, String(pair.dropFirst(name.count + 1)))) }
    }
}
