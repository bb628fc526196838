/// What a worker has counted since it began.
///
/// Plain numbers: only its own thread touches them.
struct Counters: Sendable {
    var connections: UInt64 = 0
    var requests: UInt64 = 0
    var failures: UInt64 = 0
    var bytesOut: UInt64 = 0
    /// Requests whose session cookies were cut out on a Null route.
    var strippedIn: UInt64 = 0
    /// Answers whose changes were ignored on a Null route.
    var ignoredChanges: UInt64 = 0
    /// Connections that switched protocols, and how many of them are open.
    var tunnels: UInt64 = 0
    var openTunnels = 0
    private var outcomes = [UInt64](repeating: 0, count: SessionOutcome.allCases.count)

    mutating func count(_ exchange: Exchange) {
        if exchange.failure != nil { failures += 1 }
        outcomes[Int(exchange.visit.outcome.rawValue)] += 1
    }

    func count(of outcome: SessionOutcome) -> UInt64 { outcomes[Int(outcome.rawValue)] }

    /// What a worker has counted, for its last words.
    var summary: String {
        let sessions = SessionOutcome.allCases.map { "\($0) \(count(of: $0))" }.joined(separator: ", ")
        return "connections \(connections), requests \(requests), failures \(failures), stripped in \(strippedIn), "
            + "ignored changes \(ignoredChanges), tunnels \(tunnels); sessions: \(sessions)"
    }
}
