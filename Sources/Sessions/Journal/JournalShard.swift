/// A part of the journal under a lock of its own.
final class JournalShard: Sendable {
    private struct Contents {
        var entries: [SessionID: JournalEntry] = [:]
        // Every writing in its order, the oldest at `first`; those of an entry written again since are skipped.
        var writings: [Writing] = []
        var first = 0
        var serial: UInt64 = 0
        var bytes = 0
    }

    private struct Writing {
        let id: SessionID
        let serial: UInt64
    }

    private let contents = Guarded(Contents())
    private let filter: IDFilter
    private let mostBytes: Int

    init(filter: IDFilter, mostBytes: Int) {
        self.filter = filter
        self.mostBytes = mostBytes
    }

    /// What is known of an id.
    func find(_ id: SessionID, now: Int64) -> JournalEntry? {
        contents.withLock { contents in
            guard let entry = contents.entries[id], now < entry.validUntil else { return nil }
            return entry
        }
    }

    /// Writes an entry if the one before is still the one that was found.
    func put(_ entry: JournalEntry, for id: SessionID, replacing found: JournalEntry?, now: Int64) -> Bool {
        contents.withLock { contents in
            let current = contents.entries[id].flatMap { now < $0.validUntil ? $0 : nil }
            guard current?.serial == found?.serial else { return false }
            write(entry, for: id, into: &contents)
            shrink(&contents, now: now)
            return true
        }
    }

    /// Forgets what is known of an id.
    func remove(_ id: SessionID) {
        contents.withLock { contents in drop(id, from: &contents) }
    }

    /// How many entries there are, and their bytes.
    var size: (entries: Int, bytes: Int) {
        contents.withLock { ($0.entries.count, $0.bytes) }
    }

    private func write(_ entry: JournalEntry, for id: SessionID, into contents: inout Contents) {
        contents.serial += 1
        var entry = entry
        entry.serial = contents.serial
        contents.bytes += entry.size
        if let old = contents.entries.updateValue(entry, forKey: id) {
            contents.bytes -= old.size
        } else {
            filter.insert(id)
        }
        contents.writings.append(Writing(id: id, serial: contents.serial))
    }

    /// Drops what is too old, and the oldest of what is too much.
    private func shrink(_ contents: inout Contents, now: Int64) {
        while contents.first < contents.writings.count {
            let writing = contents.writings[contents.first]
            if let entry = contents.entries[writing.id], entry.serial == writing.serial {
                let isTooMuch = contents.bytes > mostBytes || contents.writings.count - contents.first > mostBytes / 256
                guard now >= entry.validUntil || isTooMuch else { break }
                drop(writing.id, from: &contents)
            }
            contents.first += 1
        }
        guard contents.first > 64, contents.first > contents.writings.count / 2 else { return }
        contents.writings.removeFirst(contents.first)
        contents.first = 0
    }

    private func drop(_ id: SessionID, from contents: inout Contents) {
        guard let entry = contents.entries.removeValue(forKey: id) else { return }
        contents.bytes -= entry.size
        filter.remove(id)
    }
}
