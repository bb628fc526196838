import HTTP
import LinuxIO
import Sessions

/// What an exchange keeps of its session between the request and the response.
///
/// A class, made once for each exchange: as a value in one it would be copied whole wherever it is asked.
final class SessionVisit {
    private(set) var policy: CookiePolicy?
    var outcome = SessionOutcome.none
    /// What saving did; nil when it had nothing to do.
    var event: SessionEvent?
    /// Whether the request's `Cookie` fields are rewritten.
    var cutsCookies = false
    /// Whether no cookie is left when ours are cut out, as for most visitors: then no line need be walked again.
    var cutsAllCookies = false
    var opened = OpenedSession()
    /// Before this moment an answer that asks for nothing leaves the session's cookies as they are.
    var settledUntil = Int64.max
    var changes = SessionChanges()
    var isPage = false
    /// What a session in a server store needs besides.
    var stored = StoredVisit()
    /// Where the values of the session's and the flash's cookies stand; kept here to be used again.
    var candidates: [Range<Int>] = []
    var flashCandidates: [Range<Int>] = []

    func begin(_ policy: CookiePolicy) {
        self.policy = policy
    }

    func reset() {
        if policy != nil {
            opened = OpenedSession()
            settledUntil = .max
            if !changes.isEmpty { changes.reset() }
            candidates.removeAll(keepingCapacity: true)
            flashCandidates.removeAll(keepingCapacity: true)
            policy = nil
            if stored.isUsed { stored = StoredVisit() }
        }
        outcome = .none
        event = nil
        cutsCookies = false
        cutsAllCookies = false
        isPage = false
    }

    /// The fields of DESIGN section 4 that a service reads.
    func writeFields(into out: ByteBuffer) {
        guard let policy else {
            out.append("X-Session-Policy: null\r\n")
            return
        }
        policy.writeFields(self, into: out)
    }

    /// Writes what a `Cookie` line keeps.
    func writeCookie(_ line: FieldLine, _ bytes: Span<UInt8>, _ route: Route, into out: ByteBuffer) {
        if cutsAllCookies { return }
        switch route.policy {
        case .null(let policy):
            if !policy.stripsAll { CookieField.write(line, bytes, without: policy.names, into: out) }
        case .cookie(let policy):
            if !policy.stripsAll { CookieField.write(line, bytes, without: policy.cutInRequests, into: out) }
        case .stored(let policy):
            let cookies = policy.cookies
            if !cookies.stripsAll { CookieField.write(line, bytes, without: cookies.cutInRequests, into: out) }
        case .spilling(let policy):
            let cookies = policy.cookies
            if !cookies.stripsAll { CookieField.write(line, bytes, without: cookies.cutInRequests, into: out) }
        }
    }
}
