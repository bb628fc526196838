/// What a process remembers for a short while of the sessions whose cookies it wrote, so that requests of one browser which
/// are under way at the same time lose nothing of each other's.
///
/// For each session id it has the newest cookie that was issued, or that the session was renewed or cleared. A cookie holds a
/// whole session, while services ask for single changes: those of a slower request are applied to the newest version,
/// not to the one it came with. Only answers that write a session write here; nothing is kept of sessions that are only
/// read. It is shared by all threads of a process and by nobody else.
public final class SessionJournal: Sendable {
    /// How long the newest version is remembered, in seconds: as long as a service has, by default, to begin its answer.
    static let window: Int64 = 60
    /// How long it is remembered that a session was cleared or renewed, and a version that the browser has not been sent
    /// yet, in seconds.
    static let longWindow: Int64 = 300
    /// The memory taken by default, in bytes: 16 MiB, after which the oldest are forgotten first.
    public static let defaultSize = 16 << 20

    /// How many renewals of a session are followed.
    private static let mostRenewals = 64
    private static let shardCount = 64

    private let filter = IDFilter()
    private let shards: [JournalShard]

    /// An empty journal that takes at most about so many bytes.
    public init(mostBytes: Int = SessionJournal.defaultSize) {
        let filter = filter
        shards = (0..<SessionJournal.shardCount).map { _ in
            JournalShard(filter: filter, mostBytes: mostBytes / SessionJournal.shardCount)
        }
    }

    /// How many ids something is known of.
    public var count: Int { shards.reduce(0) { $0 + $1.size.entries } }

    /// About how much memory it takes, in bytes.
    public var bytes: Int { shards.reduce(0) { $0 + $1.size.bytes } }

    /// Whether something may be known of an id.
    func mayKnow(_ id: SessionID) -> Bool { filter.mayContain(id) }

    /// What is known of an id; nearly always nothing, which costs no lock.
    func find(_ id: SessionID, now: Int64) -> JournalEntry? {
        filter.mayContain(id) ? shard(id).find(id, now: now) : nil
    }

    /// Where a session stands by now: the id under which it goes on, and what is known of that.
    ///
    /// A session that was renewed and of which nothing more is known ends where nothing is known.
    func follow(_ id: SessionID, now: Int64) -> (id: SessionID, entry: JournalEntry?) {
        var (id, entry) = (id, find(id, now: now))
        for _ in 0..<SessionJournal.mostRenewals {
            guard case .renewed(let next, _)? = entry?.state else { break }
            (id, entry) = (next, find(next, now: now))
        }
        return (id, entry)
    }

    /// Writes what became of an id, unless somebody else has since `found` was found; says whether it was written.
    func put(_ entry: JournalEntry, for id: SessionID, replacing found: JournalEntry?, now: Int64) -> Bool {
        shard(id).put(entry, for: id, replacing: found, now: now)
    }

    /// Writes that a session is gone, whatever was known of it.
    func bury(_ id: SessionID, isReplaced: Bool, now: Int64) {
        let entry = JournalEntry(
            state: .gone(isReplaced: isReplaced),
            validUntil: now + SessionJournal.longWindow
        )
        while !put(entry, for: id, replacing: shard(id).find(id, now: now), now: now) {}
    }

    /// Writes that the browser of a session which is gone was given another, as `state` says.
    func replace(_ id: SessionID, by next: SessionID, _ state: JournalEntry.State, now: Int64) {
        let (last, found) = follow(id, now: now)
        switch found?.state {
        case .gone: bury(last, isReplaced: true, now: now)
        case .emptied: _ = move(last, found, to: next, state, opens: false, now: now)
        case .newest, .renewed, .spilled, .unknown, nil: break
        }
    }

    /// Writes that a session goes on under another id, as `state` says, unless somebody else has written since `found` was
    /// found.
    func move(
        _ id: SessionID,
        _ found: JournalEntry?,
        to next: SessionID,
        _ state: JournalEntry.State,
        opens: Bool,
        now: Int64
    ) -> Bool {
        let validUntil = now + SessionJournal.longWindow
        // First the new one, which nobody else knows: who finds the way to it finds it there.
        guard put(JournalEntry(state: state, validUntil: validUntil), for: next, replacing: nil, now: now) else {
            return false
        }
        let old = JournalEntry(state: .renewed(as: next, opens: opens), validUntil: validUntil)
        if put(old, for: id, replacing: found, now: now) { return true }
        remove(next)
        return false
    }

    /// Forgets what is known of an id.
    func remove(_ id: SessionID) {
        shard(id).remove(id)
    }

    private func shard(_ id: SessionID) -> JournalShard {
        shards[Int(truncatingIfNeeded: id.lowBits) & (SessionJournal.shardCount - 1)]
    }
}
