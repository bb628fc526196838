/// A session that does not fit into its cookie, ready to be moved to a server store.
struct SpillDraft: Sendable {
    /// What the journal says when the store has it.
    enum End: Sendable {
        /// The id leads to the token.
        case leads
        /// The session has been renewed with the move: this id leads to the token, and the old one there.
        case renewed(as: SessionID, opens: Bool)
        /// The session was cleared, and what moves is another one; its older id is gone too.
        case buried(SessionID?)
    }

    /// A move that the journal knows of.
    struct Move: Sendable {
        let id: SessionID
        let number: UInt64
        let then: End
    }

    /// What is to be kept, as it would have been sealed.
    let record: SessionRecord
    /// Nil where the journal knows nothing of the session.
    var move: Move?
    /// Whether the browser is not told now: it came with the id of before a renewal.
    var isHidden = false
}
