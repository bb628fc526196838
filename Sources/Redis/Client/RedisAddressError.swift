/// A Redis address that cannot be read, and why; the address itself is not in it, for it may hold a password.
public struct RedisAddressError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, as a sentence without its stop.
    public let reason: String

    init(_ reason: String) { self.reason = reason }

    /// The same as `reason`.
    public var description: String { reason }
}
