import HTTP
import LinuxIO
import Sessions

/// Saves what a response asks for; what it does to the response's head is a `SessionEffect`.
extension CookiePolicy {
    /// Saves what the response asks for.
    func close(
        _ visit: SessionVisit,
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        isSecure: Bool,
        now: Int64,
        random: inout SystemRandom,
        counters: inout SessionCounters
    ) throws(SaveError) -> SessionEffect {
        if let settled = try settle(visit, response, bytes, now: now) { return settled }
        let closed = try sessions.close(
            visit.opened,
            changes: visit.changes,
            status: response.status,
            isPage: visit.isPage,
            secureConnection: isSecure,
            now: now,
            random: &random
        )
        return effect(of: closed, visit, counters: &counters)
    }

    /// Reads what the response asks for.
    ///
    /// Most ask for nothing, and nothing is due: then this is what they carry. Nil: there is something to save.
    func settle(
        _ visit: SessionVisit,
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        now: Int64
    ) throws(SaveError) -> SessionEffect? {
        if response.status < 500 { try readChanges(&visit.changes, response, bytes) }
        return visit.changes.isEmpty && now < visit.settledUntil ? effect([]) : nil
    }

    /// Notes what saving did, and says what the response must carry.
    func effect(of closed: ClosedSession, _ visit: SessionVisit, counters: inout SessionCounters) -> SessionEffect {
        visit.event = SessionEvent(closed.outcome)
        if let event = visit.event { counters.count(event, session: index) }
        visit.outcome = SessionOutcome(closed.outcome, after: visit.outcome)
        return effect(closed.setCookies)
    }

    private func effect(_ setCookies: [[UInt8]]) -> SessionEffect {
        SessionEffect(
            setCookies: setCookies,
            variesByCookie: true,
            cut: stripsAll ? .all : .names(cutInResponses)
        )
    }

    /// Expires what did not open, where the gateway answers in the upstream's place.
    ///
    /// Nothing else of the session changes.
    func expireDead(
        _ visit: SessionVisit,
        isSecure: Bool,
        now: Int64,
        random: inout SystemRandom
    ) -> [[UInt8]] {
        guard visit.opened.hasDeadCookie || visit.opened.hasDeadFlash else { return [] }
        let closed = try? sessions.close(
            visit.opened,
            changes: SessionChanges(),
            status: 500,
            isPage: visit.isPage,
            secureConnection: isSecure,
            now: now,
            random: &random
        )
        return closed?.setCookies ?? []
    }

    func readChanges(
        _ changes: inout SessionChanges,
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>
    ) throws(SaveError) {
        for index in response.fields.indices {
            let line = response.fields[index]
            guard line.id.isReserved else { continue }
            let value = bytes.extracting(line.value.range)
            switch line.id {
            case .xSessionClear: try changes.clear(value)
            case .xSessionDelete: try changes.delete(value)
            case .xSessionSet: try changes.set(value)
            case .xSessionSetOnce: try changes.setOnce(value)
            case .xSessionRenew: try changes.renew(value)
            case .xSessionRevoke: try changes.revoke(value)
            case .xFlashAdd: try changes.flashAdd(value)
            case .xFlashKeep: try changes.flashKeep(value)
            default: break
            }
        }
    }

    /// Notes that changes could not be saved, or that the store failed.
    func failed(_ error: SaveError, _ visit: SessionVisit, counters: inout SessionCounters) {
        let event = SessionEvent(error)
        visit.event = event
        visit.outcome = event == .storeError ? .storeError : .failed
        counters.count(event, session: index)
    }
}
