import Sessions

/// What is counted of cookie sessions: what opening found in a request, and what saving did with it.
///
/// An exchange counts one of the first group, and one more where the second has something to say.
enum SessionEvent: UInt8, CaseIterable {
    // What a request brought.
    /// No cookie of the session's name.
    case none
    case opened
    /// Not seen for longer than `idle_timeout`.
    case expiredIdle
    /// Older than `lifetime`.
    case expiredLifetime
    /// Of a key that is known, but not made by it, or made for another name.
    case forged
    /// Of a key that no secret makes.
    case unknownKey
    /// Not in the form of such a cookie.
    case malformed
    /// An id that the server store does not know: its session has ended, or never was.
    case unknownID
    /// Ended by somebody before its time.
    case revoked

    // What became of it.
    case created
    case changed
    case renewed
    /// Moved to a server store, as it did not fit into its cookie any more.
    case spilled
    case cleared
    /// Written again without a change: last-seen was due, or an older secret's seal replaced.
    case touched
    /// The session ended in its store while the service was at work: its changes were dropped.
    case gone
    /// A change that was not saved as the cookie would be too large.
    case oversized
    /// A change that was not saved as it cannot be read or said.
    case refused
    /// The store did not answer, to open or to save.
    case storeError

    // Besides.
    /// Several cookies of the session's name came, and the newest that opens was taken.
    case twinHealed

    init(_ outcome: OpenOutcome) {
        switch outcome {
        case .none: self = .none
        case .opened: self = .opened
        case .expiredIdle: self = .expiredIdle
        case .expiredLifetime: self = .expiredLifetime
        case .forged: self = .forged
        case .unknownKey: self = .unknownKey
        case .malformed: self = .malformed
        case .unknownID: self = .unknownID
        case .revoked: self = .revoked
        }
    }

    /// Nil where saving had nothing to do.
    init?(_ outcome: CloseOutcome) {
        switch outcome {
        case .unchanged, .expired: return nil
        case .created: self = .created
        case .changed: self = .changed
        case .renewed: self = .renewed
        case .spilled: self = .spilled
        case .cleared: self = .cleared
        case .touched: self = .touched
        case .gone: self = .gone
        }
    }

    init(_ error: SaveError) {
        switch error {
        case .tooLarge, .tooLargeForStore: self = .oversized
        case .unavailable: self = .storeError
        case .malformed, .unrepresentable, .noSecret, .sealing: self = .refused
        }
    }

    /// The word of reports and of the debug field.
    var word: StaticString {
        switch self {
        case .none: "none"
        case .opened: "opened"
        case .expiredIdle: "expired_idle"
        case .expiredLifetime: "expired_lifetime"
        case .forged: "forged"
        case .unknownKey: "unknown_key"
        case .malformed: "malformed"
        case .unknownID: "unknown_id"
        case .revoked: "revoked"
        case .created: "created"
        case .changed: "changed"
        case .renewed: "renewed"
        case .spilled: "spilled"
        case .cleared: "cleared"
        case .touched: "touched"
        case .gone: "gone"
        case .oversized: "oversized"
        case .refused: "refused"
        case .storeError: "store_error"
        case .twinHealed: "twin_healed"
        }
    }
}
