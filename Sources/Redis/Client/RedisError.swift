public import Upstream

/// Why a command has no reply.
public struct RedisError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened.
    public enum Cause: Sendable, Equatable {
        /// The last attempt failed a moment ago, and it is too early for another.
        case pausing
        /// More commands, or bytes of them, wait than the settings allow.
        case overloaded
        /// Connecting failed.
        case unreachable(UpstreamError)
        /// Redis let us in by the network but not by name, or is not ready: its own words.
        case unwelcome(String)
        /// No reply in time.
        case timeout
        /// The connection ended or broke.
        case disconnected(UpstreamError)
        /// Redis sent what is no reply, one over the limit, or one that nobody asked for.
        case badReply(String)
        /// The client was closed.
        case closed
    }

    /// What happened.
    public let cause: Cause
    /// Whether the command may have been carried out.
    ///
    /// When false, Redis has surely not seen it.
    public let mayBeDone: Bool

    /// An error with this cause; by default the command has surely not been sent.
    public init(_ cause: Cause, mayBeDone: Bool = false) {
        self.cause = cause
        self.mayBeDone = mayBeDone
    }

    /// What happened, for the log: no word of it comes from the command.
    public var description: String {
        switch cause {
        case .pausing: "Redis failed a moment ago"
        case .overloaded: "too many commands wait for Redis"
        case .unreachable(let error): "cannot connect: \(error.reason)"
        case .unwelcome(let words): "Redis refuses: \(words)"
        case .timeout: "Redis did not answer in time"
        case .disconnected(let error): error.reason
        case .badReply(let what): "not Redis' protocol: \(what)"
        case .closed: "the client is closed"
        }
    }
}
