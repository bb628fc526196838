import Upstream

extension UpstreamError {
    /// Whether the fault is that server's, so that another one of the pool may do better.
    var isAnotherServerWorthTrying: Bool {
        switch self {
        case .nameNotResolved, .nameLookupTimeout, .connectionRefused, .connectTimeout, .connectFailed, .tlsCertificate,
            .tlsFailed, .connectionClosed, .connectionReset, .transferFailed:
            true
        case .unavailable:
            false
        }
    }
}
