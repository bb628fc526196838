import HTTP
import LinuxIO
import Sessions
import Upstream

/// What clients in `debug_clients` are told of their request: `Gateway-Debug`, a dictionary (RFC 9651 section 3.2).
///
/// It names route, policy, outcomes and keys' places; never a value, an id or a key.
enum DebugField {
    /// The whole line for an exchange; nil unless its client is one of `debug_clients`.
    static func line(_ exchange: Exchange) -> [UInt8]? {
        let snapshot = exchange.edition.snapshot
        guard !snapshot.settings.debugClients.isEmpty, isWanted(exchange, snapshot) else { return nil }
        var members: [String] = []
        if let route = exchange.route {
            members.append("route=\(string(route.name))")
            members.append("policy=\(string(route.policyName))")
        }
        let visit = exchange.visit
        if visit.policy != nil {
            members.append("session=\(SessionEvent(visit.opened.outcome).word)")
            if let key = visit.opened.sealedBy { members.append("key=\(key + 1)") }
            if visit.opened.hadTwins { members.append("twins") }
            if !visit.opened.flashJSON.isEmpty { members.append("flash") }
            if let event = visit.event { members.append("saved=\(event.word)") }
        } else if exchange.route != nil {
            if visit.cutsCookies { members.append("stripped") }
            if visit.outcome == .ignored { members.append("ignored") }
        }
        if let server = exchange.upstream.server {
            members.append("upstream=\(string([UInt8](server.description.utf8)))")
        }
        if let failure = exchange.failure { members.append("reason=\(string([UInt8](failure.reason.utf8)))") }
        return [UInt8]("Gateway-Debug: \(members.joined(separator: ", "))\r\n".utf8)
    }

    /// The client is the peer, or whom trusted proxies say it is.
    private static func isWanted(_ exchange: Exchange, _ snapshot: Snapshot) -> Bool {
        let ranges = snapshot.settings.debugClients
        if exchange.facts.forwardedForLines > 0 {
            let client = snapshot.client(forwardedFor: exchange.head, exchange.headBytes.readable.span)
            return ranges.contains { range in client.map(range.contains(address:)) ?? false }
        }
        guard let peer = exchange.client?.peer, !peer.isUnix else { return false }
        return ranges.contains { $0.contains(high: peer.ipHigh, low: peer.ipLow) }
    }

    /// A string of ASCII; what cannot stand in one is shown as a question mark.
    private static func string(_ bytes: [UInt8]) -> String {
        var text = "\""
        for byte in bytes {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text += "\\" }
            text.unicodeScalars.append((0x20...0x7e).contains(byte) ? Unicode.Scalar(byte) : "?")
        }
        return text + "\""
    }
}
