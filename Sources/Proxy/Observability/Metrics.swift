/// What one worker, or all of them together, have counted since they began.
struct Metrics: Sendable {
    /// How many workers these are the numbers of.
    private(set) var workers: Int
    private(set) var counters: Counters
    private(set) var sessions: [SessionMetrics]

    /// Nothing yet.
    init() { self.init(workers: 0, Counters(), []) }

    /// The numbers of so many workers.
    init(workers: Int = 1, _ counters: Counters, _ sessions: [SessionMetrics]) {
        self.workers = workers
        self.counters = counters
        self.sessions = sessions
    }

    mutating func add(_ other: Metrics) {
        workers += other.workers
        counters.add(other.counters)
        add(other.sessions)
    }

    mutating func add(_ others: [SessionMetrics]) {
        for other in others {
            if let known = sessions.firstIndex(where: { $0.name == other.name }) {
                sessions[known].add(other)
            } else {
                sessions.append(other)
            }
        }
    }

    /// One line, a JSON object; the form is in docs/sessions.md.
    ///
    /// - Parameter time: seconds since 1970.
    func json(time: Int64) -> String {
        let top = counters.named.map { "\"\($0.name)\":\($0.count)" }.joined(separator: ",")
        let sessions = sessions.map { "\"\(Self.escaped($0.name))\":\($0.json)" }.joined(separator: ",")
        return "{\"counters\":{\"time\":\(time),\"workers\":\(workers),\(top),\"sessions\":{\(sessions)}}}"
    }

    /// A session's name is whatever the route file says.
    private static func escaped(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..<" ": text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
