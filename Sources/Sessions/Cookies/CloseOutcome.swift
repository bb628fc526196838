/// What became of a session at the end of a request.
public enum CloseOutcome: UInt8, Sendable, CaseIterable {
    /// Nothing, or there is none; its flash messages may have changed.
    case unchanged
    /// Its last-seen time was moved, or it was sealed anew with the first secret.
    case touched
    /// There is a new one.
    case created
    /// Its values changed.
    case changed
    /// It did not fit into its cookie any more and lives in a server store from now on.
    case spilled
    /// It has a new id.
    case renewed
    /// It is gone, as its last value is; the cookie is expired.
    case cleared
    /// The cookie it came with did not open and is expired.
    case expired
    /// It ended while the service was at work, by another request or a timeout: nothing was written.
    case gone
}
