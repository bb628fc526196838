/// Where sessions live between requests.
///
/// A store keeps these promises, whatever it is made of:
/// - It has no clock and no source of randomness but those it is handed.
/// - What came from a browser is never an error: it is a session or it is none.
/// - It never takes an id it did not give out.
/// - If it keeps sessions itself, it never brings back one that was cleared. `CookieStore` keeps none, and says what
///   that means.
public protocol SessionStore: Sendable {
    /// Finds a request's session.
    ///
    /// No cookie, an unknown id, a forged, tampered, truncated or expired cookie: all give a new session, without error. Of
    /// several cookies of the session's name the newest that opens counts. An expired session must not be given, whether
    /// or not it was removed yet.
    ///
    /// - Throws: `SaveError.unavailable` when the store itself fails, and for nothing else.
    func load(from request: SessionRequest) async throws(SaveError) -> Session

    /// Saves what changed and returns the whole values for `Set-Cookie` fields, in order.
    ///
    /// A session that is new and has no value is not created. One that has not changed is not written, but for its last-seen
    /// time, and that at most once a minute. One that was cleared, or whose last value went, is destroyed. With a status of
    /// 500 and above nothing is saved. Either all of a session's changes are saved or none.
    ///
    /// - Throws: `SaveError` when the session cannot be kept; the one before stands.
    func save(
        _ session: Session,
        in response: SessionResponse,
        random: inout some RandomNumberGenerator & Sendable
    ) async throws(SaveError) -> [String]

    /// Forgets a session, with its cookie and its flash messages; returns the values for `Set-Cookie` fields.
    ///
    /// That there is no such session is not an error.
    ///
    /// - Throws: `SaveError.unavailable` when the store itself fails.
    func destroy(_ session: Session, in response: SessionResponse) async throws(SaveError) -> [String]
}
