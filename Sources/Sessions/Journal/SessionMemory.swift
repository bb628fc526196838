/// What one process remembers of sessions between requests: its threads and, across a reload, its configurations share it.
public final class SessionMemory: Sendable {
    /// The newest versions of sessions that were changed lately.
    public let journal: SessionJournal
    /// The sessions that are void though their cookies are not.
    public let denyList: DenyList

    /// Remembers nothing yet.
    public init(journal: SessionJournal = SessionJournal(), denyList: DenyList = DenyList()) {
        self.journal = journal
        self.denyList = denyList
    }

    /// Whether something may be known that concerns a session; nearly always not, which three numbers in memory say.
    func mayConcern(_ id: SessionID) -> Bool {
        journal.mayKnow(id) || denyList.mayDeny(id)
    }
}
