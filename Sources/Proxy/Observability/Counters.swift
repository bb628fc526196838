/// What a worker has counted since it began.
///
/// Plain numbers: only its own thread touches them.
struct Counters: Sendable {
    var connections: UInt64 = 0
    var requests: UInt64 = 0
    /// Connections that were turned away: `limits.connections`, `limits.per_address`, `limits.memory`.
    var refused: UInt64 = 0
    var failures: UInt64 = 0
    var bytesOut: UInt64 = 0
    /// Requests whose session cookies were cut out on a Null route.
    var strippedIn: UInt64 = 0
    /// Answers whose changes were ignored on a Null route.
    var ignoredChanges: UInt64 = 0
    /// Connections that switched protocols, and how many of them are open.
    var tunnels: UInt64 = 0
    var openTunnels = 0
    /// How often each of the times that are limited was over.
    private var timeouts = [UInt64](repeating: 0, count: TimerName.allCases.count)
    private var outcomes = [UInt64](repeating: 0, count: SessionOutcome.allCases.count)

    mutating func count(_ exchange: Exchange) {
        if let failure = exchange.failure {
            failures += 1
            if let timer = failure.timer { count(timer) }
        }
        outcomes[Int(exchange.visit.outcome.rawValue)] += 1
    }

    func count(of outcome: SessionOutcome) -> UInt64 { outcomes[Int(outcome.rawValue)] }

    mutating func count(_ timer: TimerName) { timeouts[Int(timer.rawValue)] += 1 }

    func count(of timer: TimerName) -> UInt64 { timeouts[Int(timer.rawValue)] }

    /// What a worker has counted, for its last words.
    var summary: String {
        let sessions = SessionOutcome.allCases.map { "\($0) \(count(of: $0))" }.joined(separator: ", ")
        let timers = TimerName.allCases.filter { count(of: $0) > 0 }.map { ", \($0.setting) \(count(of: $0))" }.joined()
        return
            "connections \(connections), refused \(refused), requests \(requests), failures \(failures), stripped in \(strippedIn), "
            + "ignored changes \(ignoredChanges), tunnels \(tunnels)\(timers); sessions: \(sessions)"
    }
}
