internal import Sessions

/// What an operator asks the running gateway for: one line on the control socket, its parts between tabs.
public enum ControlRequest: Sendable, Equatable {
    /// End the session of an id: `revoke-id`, the session's name in the route file, the id.
    case revokeID(String, session: String)
    /// End all sessions of a subject: `revoke-subject`, the session's name in the route file, the subject.
    case revokeSubject(String, session: String)

    /// The longest line, in bytes: 4096.
    static let longestLine = 4096

    /// Reads a line without its end; nil when it is none of these.
    init?(line: String) {
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, !parts[1].isEmpty, !parts[2].isEmpty else { return nil }
        switch parts[0] {
        case "revoke-id": self = .revokeID(parts[2], session: parts[1])
        case "revoke-subject": self = .revokeSubject(parts[2], session: parts[1])
        default: return nil
        }
    }

    /// The line, with its end; nil when a part cannot stand in one.
    var line: String? {
        let parts =
            switch self {
            case .revokeID(let id, let session): ["revoke-id", session, id]
            case .revokeSubject(let subject, let session): ["revoke-subject", session, subject]
            }
        let isSayable = parts.allSatisfy { part in
            !part.isEmpty && !part.utf8.contains { $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        }
        let line = parts.joined(separator: "\t") + "\n"
        return isSayable && line.utf8.count <= ControlRequest.longestLine ? line : nil
    }
}
