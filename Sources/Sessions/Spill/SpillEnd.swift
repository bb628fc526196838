/// What there is to do, besides the response, when a server store has answered to a session's coming or going.
final class SpillEnd: Sendable {
    enum Change: Sendable {
        /// The session comes from its cookie, and has this token.
        case arrives(SpillDraft, SessionToken)
        /// The session was cleared, and what follows it fits into a cookie; the id it had in its own, where the request came
        /// with that, is gone too.
        case returns(SavedSession, formerly: SessionID?)
    }

    let change: Change
    /// As the request brought it.
    let opened: OpenedSession
    /// As it would have been saved in its cookie.
    let saved: SavedSession
    let changes: SessionChanges

    init(_ change: Change, of opened: OpenedSession, _ saved: SavedSession, _ changes: SessionChanges) {
        self.change = change
        self.opened = opened
        self.saved = saved
        self.changes = changes
    }
}
