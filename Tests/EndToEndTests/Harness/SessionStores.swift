import RedisServer

/// The stores a route file can name for a session.
enum SessionStores {
    static let all = ["cookie", "memory", "redis"]

    /// One Redis for all tests that need nothing of it but that it is there.
    private static let redis = Result { try RedisServer.untilExit() }

    /// A session's settings, with the URL of a Redis where they want one and have none.
    static func complete(_ session: String) -> String {
        let setting = ["store: redis", "spill: redis"].first(where: session.contains)
        guard let setting, !session.contains("redis:"), case .success(let server) = redis else { return session }
        // Redis is given time: how long it may take is tried elsewhere, and sanitizers are slow.
        return session.replacing(setting, with: "\(setting)\nredis: { url: \"\(server.url)\", timeout: 20s }")
    }
}
