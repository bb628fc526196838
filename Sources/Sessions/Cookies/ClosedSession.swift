/// What a response has to carry for the session.
public struct ClosedSession: Sendable {
    /// Whole values for `Set-Cookie` fields, to be added in this order; none when nothing changed.
    public var setCookies: [[UInt8]] = []
    /// What became of the session.
    public var outcome = CloseOutcome.unchanged

    /// Nothing to carry.
    init() {}
}
