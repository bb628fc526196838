import Sessions

extension SessionOutcome {
    init(_ outcome: OpenOutcome) {
        switch outcome {
        case .none: self = .none
        case .opened: self = .opened
        case .revoked: self = .revoked
        case .expiredIdle, .expiredLifetime: self = .expired
        case .forged, .unknownKey, .malformed: self = .rejected
        case .unknownID: self = .unknown
        }
    }

    /// What is said of an exchange whose session was opened as `opened` and then saved.
    init(_ outcome: CloseOutcome, after opened: SessionOutcome) {
        switch outcome {
        case .unchanged, .touched: self = opened
        case .created: self = .created
        case .changed: self = .changed
        case .renewed: self = .renewed
        case .spilled: self = .spilled
        case .cleared: self = .cleared
        case .expired: self = opened
        case .gone: self = .gone
        }
    }
}
