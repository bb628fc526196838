/// What came of looking for a session in a request.
public enum OpenOutcome: UInt8, Sendable, CaseIterable {
    /// No cookie of the session's name.
    case none
    /// A session.
    case opened
    /// A session that was cleared or revoked since.
    case revoked
    /// A session not seen for longer than `idleTimeout`.
    case expiredIdle
    /// A session older than `lifetime`.
    case expiredLifetime
    /// A cookie of a known key that it did not seal, or sealed for another name or purpose.
    case forged
    /// A cookie of a key that none of the secrets makes.
    case unknownKey
    /// A cookie that is not in the form of a sealed value, or comes from the future.
    case malformed
    /// An id that the server store does not know: of a session that has ended, or one that never was.
    case unknownID
}
