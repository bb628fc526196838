/// What became lately of one session id.
struct JournalEntry: Sendable {
    /// What became of it.
    enum State: Sendable {
        /// The newest version that was issued: the cookie's value.
        case newest([UInt8])
        /// The session goes on under another id; `opens` says whether its cookies still open, as they were.
        case renewed(as: SessionID, opens: Bool)
        /// Its last value was deleted.
        case emptied
        /// The session was cleared; `isReplaced` says whether the browser has been given another since.
        case gone(isReplaced: Bool)
    }

    var state: State
    /// The versions that came before the newest, the oldest first.
    var superseded: [CookieMark] = []
    /// Seconds since 1970.
    var validUntil: Int64
    /// Says one writing of an entry from the next, for `SessionJournal.put`.
    var serial: UInt64 = 0

    /// How long after a session was renewed or ended a browser may still send its cookie without fault, in seconds: the
    /// answer that says so is on its way.
    static let grace: Int64 = 10
    /// How many older versions are told from cookies of unknown origin.
    static let mostSuperseded = 256

    /// Takes a version's mark, which is none of them, among the superseded.
    mutating func supersede(_ mark: CookieMark) {
        if superseded.count == JournalEntry.mostSuperseded { superseded.removeFirst() }
        superseded.append(mark)
    }

    /// About how much memory it takes, in bytes, with what is kept about it.
    var size: Int {
        let value = if case .newest(let value) = state { value.count } else { 0 }
        return 256 + value + superseded.count * 16
    }
}
