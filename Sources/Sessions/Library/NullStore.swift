/// No sessions, for APIs: values live within their request, no cookie is read and none is issued.
public struct NullStore: SessionStore {
    /// Makes the store; it has no settings.
    public init() {}

    /// A new session, whatever cookies the request has.
    public func load(from request: SessionRequest) -> Session {
        Session()
    }

    /// Saves nothing.
    public func save(
        _ session: Session,
        in response: SessionResponse,
        random: inout some RandomNumberGenerator & Sendable
    ) -> [String] {
        []
    }

    /// There is nothing to forget.
    public func destroy(_ session: Session, in response: SessionResponse) -> [String] {
        []
    }
}
