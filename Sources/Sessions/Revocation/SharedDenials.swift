/// One session's denials on their way from this process to a list that several gateways share, and how far that list was
/// read.
///
/// What began here waits in it until it was handed over; any thread may add. It lives as long as the process, whatever
/// connection comes and goes.
public final class SharedDenials: Sendable {
    /// How many wait at most: 65,536; after that the oldest are dropped, and count as lost.
    public static let mostUnsent = 65_536

    /// The name of the cookie whose sessions are meant.
    public let cookie: String
    /// Where the list is, for whoever carries the denials there.
    public let place: String

    private struct State {
        var unsent: [Denial] = []
        var position: [UInt8] = []
        var lost = 0
    }

    private let state: Guarded<State>

    init(cookie: String, place: String, unsent: [Denial] = []) {
        self.cookie = cookie
        self.place = place
        state = Guarded(State(unsent: unsent))
    }

    /// How far the list was read, in its own words; empty: not at all.
    public var position: [UInt8] {
        get { state.withLock { $0.position } }
        set { state.withLock { $0.position = newValue } }
    }

    /// Those that were not handed over yet, the oldest first, so many at most.
    public func unsent(most: Int = SharedDenials.mostUnsent) -> [Denial] {
        state.withLock { Array($0.unsent.prefix(most)) }
    }

    /// Whether any was not handed over yet.
    public var hasUnsent: Bool { state.withLock { !$0.unsent.isEmpty } }

    /// Takes out the oldest: they were handed over.
    public func sent(_ denials: [Denial]) {
        state.withLock { state in
            // Some may have been dropped meanwhile for want of room; the rest may well be handed over twice.
            guard state.unsent.starts(with: denials) else { return }
            state.unsent.removeFirst(denials.count)
        }
    }

    /// How many were lost since this was asked last.
    public func takeLost() -> Int {
        state.withLock { state in
            defer { state.lost = 0 }
            return state.lost
        }
    }

    func add(_ denial: Denial) {
        state.withLock { state in
            if state.unsent.count >= Self.mostUnsent {
                let excess = Self.mostUnsent / 16
                state.unsent.removeFirst(excess)
                state.lost += excess
            }
            state.unsent.append(denial)
        }
    }
}
