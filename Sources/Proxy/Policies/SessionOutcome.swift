/// What became of the session in an exchange: a word of the access log and a counter.
enum SessionOutcome: UInt8, CaseIterable {
    /// No session came and none was made.
    case none
    case opened
    case created
    case changed
    case renewed
    /// A session that has left its cookie for a server store.
    case spilled
    case cleared
    /// A cookie that was once good: idle or old for too long.
    case expired
    /// A cookie that does not open: forged, cut, or sealed with an unknown key.
    case rejected
    /// Changes that a service asked for on a Null route.
    case ignored
    /// Changes that could not be saved.
    case failed
    /// An id that the server store does not know: its session has ended, or never was.
    case unknown
    /// The session ended while the service was at work: its changes were dropped.
    case gone
    /// A session that was cleared or revoked: its cookie opens nothing.
    case revoked
    /// The store that keeps the sessions did not answer.
    case storeError
}
