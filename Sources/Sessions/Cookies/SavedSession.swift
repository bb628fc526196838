/// What becomes of a session and its cookie at the end of a request.
struct SavedSession {
    /// What becomes of the cookie.
    enum Cookie {
        /// The browser keeps the one it has.
        case kept
        /// The browser is given one with this value.
        case written([UInt8])
        /// The browser is told to forget it.
        case expired
        /// It would be too large: a server store is to be asked to take the session.
        case spills(SpillDraft)
        /// The session is in a server store, under this token; `isRenewed` says whether it has another id than the request's.
        case stored(SessionToken, isRenewed: Bool)
        /// Another answer has asked a server store to take the session: this one has to wait for that.
        case waits
    }

    var outcome = CloseOutcome.unchanged
    var cookie = Cookie.kept
    /// The session that the cookie holds; nil when there is none.
    var identity: OpenedSession.Identity?
    /// The id of the session that ended, where it is another than the request's.
    var endedID: SessionID?

    /// The browser keeps what it has.
    static var unchanged: SavedSession { SavedSession() }
}
