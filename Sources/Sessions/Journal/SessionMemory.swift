/// What one process remembers of sessions between requests: its threads and, across a reload, its configurations share it.
public final class SessionMemory: Sendable {
    /// The newest versions of sessions that were changed lately.
    public let journal: SessionJournal

    /// Remembers nothing yet.
    public init(journal: SessionJournal = SessionJournal()) {
        self.journal = journal
    }
}
