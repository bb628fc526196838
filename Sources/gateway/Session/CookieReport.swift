internal import Glibc
internal import Proxy
internal import Sessions

/// What `gateway session open` says of one cookie.
struct CookieReport {
    private let inspection: CookieInspection
    private let session: NamedSession
    private let size: Int
    private let now: Int64

    /// - Parameter size: the bytes of name and value together.
    init(_ inspection: CookieInspection, session: NamedSession, size: Int, now: Int64) {
        self.inspection = inspection
        self.session = session
        self.size = size
        self.now = now
    }

    /// Lines of a name and what there is to say, aligned.
    var text: String {
        let settings = session.settings
        var lines: [(String, String)] = []
        let cookie = inspection.isFlash ? settings.flashName : settings.name
        lines.append(("cookie", "\(cookie), \(size) of \(CookieSessions.largestCookie) bytes"))
        lines.append(("session", session.name + (settings.format == .gorilla ? ", format gorilla" : "")))
        if inspection.isToken {
            lines.append(("taken", "if the server store has it: this is a token, and its values are there"))
        } else if let refusal = inspection.refusal {
            lines.append(("taken", "no: \(refusal) (\(outcome))"))
        } else {
            lines.append(("taken", "yes"))
        }
        if let key = inspection.key {
            let place = settings.secrets.count == 1 ? "" : ", \(key + 1) of \(settings.secrets.count)"
            let old = key > 0 ? ": an old one, replaced when it is saved again" : ""
            lines.append(("key", (inspection.keyFingerprint ?? "unknown") + place + old))
        } else if let fingerprint = inspection.keyFingerprint {
            lines.append(("key", "\(fingerprint), none of the secrets'"))
        }
        if let id = inspection.id { lines.append(("id", "\(id)")) }
        if let birth = inspection.birth { lines.append(("born", moment(birth))) }
        if let lastSeen = inspection.lastSeen { lines.append(("last seen", moment(lastSeen))) }
        if let end = inspection.end { lines.append((end <= now ? "ended" : "ends", moment(end) + why(end))) }
        if !inspection.json.isEmpty { lines.append(("values", String(decoding: inspection.json, as: UTF8.self))) }
        if !inspection.onceNames.isEmpty {
            lines.append(("given once", inspection.onceNames.joined(separator: ", ")))
        }
        if !inspection.flashJSON.isEmpty {
            lines.append(("messages", String(decoding: inspection.flashJSON, as: UTF8.self)))
        }
        for value in inspection.unread { lines.append(("not shown", "\(value.name), a \(value.type) of Go's")) }
        return lines.map { name, value in
            name + String(repeating: " ", count: max(1, 12 - name.count)) + value + "\n"
        }
        .joined()
    }

    /// Which of the two times is over first.
    private func why(_ end: Int64) -> String {
        guard let birth = inspection.birth else { return "" }
        return end == birth + session.settings.lifetime ? ", by `lifetime`" : ", by `idle_timeout`"
    }

    private var outcome: String {
        switch inspection.outcome {
        case .none: "none"
        case .opened: "opened"
        case .expiredIdle: "expired_idle"
        case .expiredLifetime: "expired_lifetime"
        case .forged: "forged"
        case .unknownKey: "unknown_key"
        case .malformed: "malformed"
        case .revoked: "revoked"
        case .unknownID: "unknown_id"
        }
    }

    /// `2026-11-22T20:15:30Z, 2h 5m ago`.
    private func moment(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        let date = String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if seconds == now { return "\(date), now" }
        return seconds < now ? "\(date), \(duration(now - seconds)) ago" : "\(date), in \(duration(seconds - now))"
    }

    /// The two largest units of a duration.
    private func duration(_ seconds: Int64) -> String {
        let units: [(Int64, String)] = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
        var rest = seconds
        var parts: [String] = []
        for (unit, suffix) in units where rest >= unit && parts.count < 2 {
            parts.append("\(rest / unit)\(suffix)")
            rest %= unit
        }
        return parts.joined(separator: " ")
    }
}
