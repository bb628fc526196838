/// What a worker has counted since it began, whatever the route file said; what concerns one session is in
/// `SessionCounters`.
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
    /// `Set-Cookie` lines of services that were dropped, as their names are the gateway's, or `strip_cookies: all` says
    /// so.
    var droppedOut: UInt64 = 0
    /// Answers whose changes were ignored on a Null route.
    var ignoredChanges: UInt64 = 0
    /// Connections that switched protocols, and how many of them are open.
    var tunnels: UInt64 = 0
    var openTunnels = 0
    /// How often each of the times that are limited was over.
    private var timeouts = [UInt64](repeating: 0, count: TimerName.allCases.count)

    mutating func count(_ exchange: Exchange) {
        guard let failure = exchange.failure else { return }
        failures += 1
        if let timer = failure.timer { count(timer) }
    }

    mutating func add(_ other: Counters) {
        connections &+= other.connections
        refused &+= other.refused
        requests &+= other.requests
        failures &+= other.failures
        bytesOut &+= other.bytesOut
        strippedIn &+= other.strippedIn
        droppedOut &+= other.droppedOut
        ignoredChanges &+= other.ignoredChanges
        tunnels &+= other.tunnels
        openTunnels += other.openTunnels
        for index in timeouts.indices { timeouts[index] &+= other.timeouts[index] }
    }

    mutating func count(_ timer: TimerName) { timeouts[Int(timer.rawValue)] += 1 }

    func count(of timer: TimerName) -> UInt64 { timeouts[Int(timer.rawValue)] }

    /// The numbers by the names of reports.
    var named: [(name: String, count: UInt64)] {
        [
            ("connections", connections), ("refused", refused), ("requests", requests), ("failures", failures),
            ("bytes_out", bytesOut), ("stripped_in", strippedIn), ("dropped_out", droppedOut),
            ("ignored_changes", ignoredChanges), ("tunnels", tunnels), ("tunnels_open", UInt64(max(0, openTunnels))),
        ] + TimerName.allCases.map { ("\($0.setting)", count(of: $0)) }
    }
}
