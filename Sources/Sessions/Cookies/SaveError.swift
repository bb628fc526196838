/// Why a session's changes could not be saved; nothing of them is applied then.
public enum SaveError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A field of the service's answer does not say what it has to.
    case malformed(field: String, why: String)
    /// The cookie would be larger than browsers keep: name and value together, in bytes.
    ///
    /// `chunks` says how many cookies would hold it, where it can be spread over several.
    case tooLarge(cookie: String, size: Int, limit: Int, chunks: Int? = nil)
    /// The values would be larger than a server store keeps for one session, in bytes.
    case tooLargeForStore(size: Int, limit: Int)
    /// There is no secret to seal with.
    case noSecret
    /// The session's format has no form for a value, or it is nested too deep; or the name is one the gateway keeps for
    /// itself.
    case unrepresentable(name: String, why: String)
    /// The store that keeps the sessions does not answer.
    case unavailable(why: String)
    /// The cipher refused, which it has no reason to.
    case sealing

    /// What happened, in one line for the log; it shows no value of the session.
    public var reason: String {
        switch self {
        case .malformed(let field, let why): "\(field): \(why)"
        case .tooLarge(let cookie, let size, let limit, let chunks):
            "cookie \(cookie) would be \(size) bytes with its name, "
                + (limit > CookieSessions.largestCookie ? "`max_chunks` allows \(limit)" : "browsers keep \(limit)")
                + SaveError.advice(chunks)
        case .tooLargeForStore(let size, let limit):
            "the session's values would be \(size) bytes, a store keeps \(limit)"
        case .unrepresentable(let name, let why): "the value \(name) cannot be kept: \(why)"
        case .noSecret: "no secret to seal the session with"
        case .unavailable(let why): "the session store does not answer: \(why)"
        case .sealing: "the session could not be sealed"
        }
    }

    public var description: String { reason }

    private static func advice(_ chunks: Int?) -> String {
        guard let chunks else { return "" }
        let store = "or `spill: memory` keeps it at the gateway"
        return chunks > CookieSessions.mostChunks
            ? "; keep less in it, \(store)" : "; `max_chunks: \(chunks)` spreads it over several, \(store)"
    }
}
