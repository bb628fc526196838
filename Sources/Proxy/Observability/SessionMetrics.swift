/// What was counted of one session of the route file.
struct SessionMetrics: Sendable {
    /// One of its keys.
    struct Key: Sendable {
        /// A fingerprint that tells nothing of the key.
        let name: String
        /// Its place among the secrets, from 0; nil when it is no longer one of them.
        var place: Int?
        /// How many cookies it opened.
        var opened: UInt64
    }

    /// The name under `sessions`.
    let name: String
    /// A number for each `SessionEvent`, in their order.
    var events: [UInt64]
    var keys: [Key]

    /// Adds what another worker counted, or this one under the route file as it was before.
    mutating func add(_ other: SessionMetrics) {
        for place in events.indices { events[place] &+= other.events[place] }
        for key in other.keys {
            if let known = keys.firstIndex(where: { $0.name == key.name }) {
                keys[known].opened &+= key.opened
            } else {
                keys.append(key)
            }
        }
    }

    /// The same numbers, of a time that is over: no key has a place any more.
    var past: SessionMetrics {
        var past = self
        for index in past.keys.indices { past.keys[index].place = nil }
        return past
    }

    /// A JSON object.
    var json: String {
        let counted = SessionEvent.allCases.map { "\"\($0.word)\":\(events[Int($0.rawValue)])" }
        // Those in use first, in their order.
        let sorted = keys.sorted { ($0.place ?? Int.max, $0.name) < ($1.place ?? Int.max, $1.name) }
        let opens = sorted.map { key in
            "{\"key\":\"\(key.name)\",\"place\":\(key.place.map { "\($0 + 1)" } ?? "null"),\"opened\":\(key.opened)}"
        }
        return "{\(counted.joined(separator: ",")),\"keys\":[\(opens.joined(separator: ","))]}"
    }
}
