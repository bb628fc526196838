/// That sessions are void, though their cookies are not: one session, or all of a subject's.
public struct Denial: Sendable, Equatable {
    /// Whose sessions.
    public enum Target: Sendable, Hashable {
        /// The session of this id.
        case id(SessionID)
        /// Those of the cookie's name in which this is the subject.
        case subject(String, cookie: String)
    }

    /// Whose sessions are void.
    public let target: Target
    /// A subject's sessions are void if they began, or got their id, then or before; in seconds since 1970.
    public let since: Int64
    /// When no such cookie would open any more by itself, in seconds since 1970; `DenyList` makes it later where the
    /// sessions' times become longer.
    public let until: Int64

    /// For how many seconds a denial of a session's cookies counts: until every cookie that is made by then is too old to
    /// open.
    public static func longestTime(_ settings: SessionSettings) -> Int64 {
        min(settings.lifetime, settings.idleTimeout) + CookieSessions.clockSkew + 1
    }

    /// The name of the cookie whose sessions are meant; nil for an id, which does not say.
    var cookie: String? {
        if case .subject(_, let cookie) = target { cookie } else { nil }
    }

    /// Describes a denial.
    public init(_ target: Target, since: Int64, until: Int64) {
        self.target = target
        self.since = since
        self.until = until
    }
}
