import Glibc
import Logging
import Sessions
import Synchronization

/// Does what operators ask the running gateway for; any thread may ask.
final class ControlService: Sendable {
    private let sessions: Mutex<[NamedSession]>
    private let memory: SessionMemory
    private let logger: Logger

    init(_ sessions: [NamedSession], memory: SessionMemory, logger: Logger) {
        self.sessions = Mutex(sessions)
        self.memory = memory
        self.logger = logger
    }

    /// Goes by another route file's sessions.
    func adopt(_ sessions: [NamedSession]) {
        self.sessions.withLock { $0 = sessions }
    }

    /// Does it; says why not if it cannot.
    func answer(_ request: ControlRequest) -> String? {
        switch request {
        case .revokeID(let id, let name):
            guard let session = session(name) else { return unknown(name) }
            guard session.revoke(id: id, now: now) else { return "`\(id)` is no session's id" }
            logger.notice("a session is revoked", metadata: ["session": "\(name)", "id": "\(id)"])
        case .revokeSubject(let subject, let name):
            guard let session = session(name) else { return unknown(name) }
            guard session.revoke(subject: subject, now: now) else {
                return "the session `\(name)` has no `subject` in the route file"
            }
            // Whose they were is not the log's to know.
            logger.notice("a subject's sessions are revoked", metadata: ["session": "\(name)"])
        }
        return nil
    }

    private func session(_ name: String) -> CookieSessions? {
        let found = sessions.withLock { sessions in sessions.first { $0.name == name } }
        return found.map { CookieSessions($0.settings, memory: memory) }
    }

    private func unknown(_ name: String) -> String { "the gateway has no session `\(name)`" }

    private var now: Int64 { Int64(time(nil)) }
}
