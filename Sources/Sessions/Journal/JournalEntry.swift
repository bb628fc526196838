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
        /// The session did not fit into its cookie any more and goes on in a server store, under this token.
        case spilled(SessionToken)
        /// Nothing but that it is on its way to a server store.
        case unknown
    }

    /// That an answer has asked a server store to take the session: until it knows, others wait.
    struct Move: Sendable {
        /// Says one move from the next.
        let number: UInt64
        /// When it is over, whatever became of it, in seconds since 1970.
        let until: Int64
    }

    var state: State
    /// Set while the session is on its way to a server store; `state` is as it was before.
    var move: Move?
    /// The versions that came before the newest, the oldest first.
    var superseded: [CookieMark] = []
    /// Seconds since 1970.
    var validUntil: Int64
    /// Says one writing of an entry from the next, for `SessionJournal.put`.
    var serial: UInt64 = 0

    /// How long after a session was renewed or ended a browser may still send its cookie without fault, in seconds: the
    /// answer that says so is on its way.
    static let grace: Int64 = 10
    /// How long a move to a server store may take, in seconds; stores answer in less, and the worker that asked is gone else.
    static let longestMove: Int64 = 60
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
