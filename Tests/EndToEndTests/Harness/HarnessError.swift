/// Why the harness could not do what a test asked of it.
enum HarnessError: Error, CustomStringConvertible {
    /// A system call failed.
    case system(String, errno: Int32)
    /// A wait reached its deadline; says what was awaited and what had come so far.
    case timeout(String)
    /// The peer ended the connection before what was awaited came.
    case closed(String)
    /// What came is not a strict HTTP/1.1 message.
    case malformed(String)
    /// The gateway did not start.
    case notStarted(String)

    var description: String {
        switch self {
        case .system(let call, let errno): "\(call) failed with errno \(errno)"
        case .timeout(let what): "timed out: \(what)"
        case .closed(let what): "closed early: \(what)"
        case .malformed(let what): "malformed: \(what)"
        case .notStarted(let what): "the gateway did not start: \(what)"
        }
    }
}
