import Sessions

/// What a worker has counted of each session since its route file was read.
///
/// Plain numbers: only its own thread touches them.
struct SessionCounters {
    private static let stride = SessionEvent.allCases.count

    /// For each session its events, one session after the other.
    private var events: [UInt64]
    /// For each session the cookies that each of its keys opened, likewise.
    private var opensByKey: [UInt64]
    private let firstKeys: [Int]

    init(_ snapshot: Snapshot) {
        events = [UInt64](repeating: 0, count: snapshot.sessionKeys.count * Self.stride)
        var firstKeys: [Int] = []
        var count = 0
        for session in snapshot.sessionKeys {
            firstKeys.append(count)
            count += session.keys.count
        }
        self.firstKeys = firstKeys
        opensByKey = [UInt64](repeating: 0, count: count)
    }

    /// - Parameter session: its place in the route file.
    mutating func count(_ event: SessionEvent, session: Int) {
        events[session &* Self.stride &+ Int(event.rawValue)] &+= 1
    }

    /// Counts what opening found.
    ///
    /// A session and its messages are two cookies, each of a key.
    mutating func count(_ opened: OpenedSession, session: Int) {
        count(SessionEvent(opened.outcome), session: session)
        if let key = opened.sealedBy { opensByKey[firstKeys[session] &+ key] &+= 1 }
        if let key = opened.flashSealedBy { opensByKey[firstKeys[session] &+ key] &+= 1 }
        if opened.hadTwins, opened.outcome == .opened { count(.twinHealed, session: session) }
    }

    /// The numbers with the names they belong to.
    func metrics(_ snapshot: Snapshot) -> [SessionMetrics] {
        snapshot.sessionKeys.enumerated().map { index, session in
            SessionMetrics(
                name: session.name,
                events: Array(events[index * Self.stride..<(index + 1) * Self.stride]),
                keys: session.keys.enumerated().map { place, key in
                    SessionMetrics.Key(name: key, place: place, opened: opensByKey[firstKeys[index] + place])
                }
            )
        }
    }
}
