/// What a worker has counted since it began, whatever the route file said; what concerns one session is in
/// `SessionCounters`.
///
/// Plain numbers: only its own thread touches them.
struct Counters: Sendable {
    var connections: UInt64 = 0
    var requests: UInt64 = 0
    var failures: UInt64 = 0
    var bytesOut: UInt64 = 0
    /// Requests whose session cookies were cut out on a Null route.
    var strippedIn: UInt64 = 0
    /// `Set-Cookie` lines of services that were dropped, as their names are the gateway's, or `strip_cookies: all` says
    /// so.
    var droppedOut: UInt64 = 0
    /// Answers whose changes were ignored on a Null route.
    var ignoredChanges: UInt64 = 0

    mutating func count(_ exchange: Exchange) {
        if exchange.failure != nil { failures += 1 }
    }

    mutating func add(_ other: Counters) {
        connections &+= other.connections
        requests &+= other.requests
        failures &+= other.failures
        bytesOut &+= other.bytesOut
        strippedIn &+= other.strippedIn
        droppedOut &+= other.droppedOut
        ignoredChanges &+= other.ignoredChanges
    }

    /// The numbers by the names of reports.
    var named: [(name: String, count: UInt64)] {
        [
            ("connections", connections), ("requests", requests), ("failures", failures), ("bytes_out", bytesOut),
            ("stripped_in", strippedIn), ("dropped_out", droppedOut), ("ignored_changes", ignoredChanges),
        ]
    }
}
