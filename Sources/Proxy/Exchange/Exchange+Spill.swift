import HTTP
import LinuxIO
import Sessions

/// An exchange whose session lives in its cookie, or has moved to a server store.
///
/// ```
/// saveSession ──▶ in the cookie ─▶ the head goes out
///      │  ▲
///      │  └── 2 ms ── retrying: another answer has asked the store to take the session
///      ▼
///    saving ──answer──▶ the head goes out
/// ```
extension Exchange {
    // The wheel's ticks are coarser: it is the next one.
    private static let retryInterval: UInt64 = 2_000_000

    /// Looks up the request's tokens one after the other; false while the store is asked.
    func openSpilled(_ policy: SpillPolicy) throws(GatewayError) -> Bool {
        while let token = policy.nextToken(visit, counters: &edition.sessionCounters) {
            guard let answer = ask(.open(token.key), policy.index, for: self) else {
                storeWait = .opening
                return false
            }
            try took(answer, policy)
        }
        return true
    }

    /// Saves what the response asks for; nil while the store is asked, or another answer is waited for.
    func saveSpilling(
        _ policy: SpillPolicy,
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>
    ) throws(GatewayError) -> SessionEffect? {
        let now = worker.loop.wallClock
        do throws(SaveError) {
            if visit.stored.save == nil {
                let plan = try policy.plan(
                    visit,
                    response,
                    bytes,
                    isSecure: facts.isSecure,
                    now: now,
                    random: &worker.secureRandom
                )
                switch plan {
                case .closed(let closed):
                    return policy.cookies.effect(of: closed, visit, counters: &edition.sessionCounters)
                case .waits:
                    storeWait = .retrying
                    retry.arm(after: Self.retryInterval)
                    return nil
                case .asks(let opened, let save):
                    visit.opened = opened
                    visit.stored.save = save
                    if try !ask(save, policy, now: now) { return nil }
                }
            }
            return try policy.close(
                visit,
                isSecure: facts.isSecure,
                now: now,
                counters: &edition.sessionCounters
            )
        } catch {
            policy.cookies.failed(error, visit, counters: &edition.sessionCounters)
            throw .save(error)
        }
    }

    /// Asks what a save asks for, if anything; false while the store takes its time.
    private func ask(_ save: ServerSave, _ policy: SpillPolicy, now: Int64) throws(SaveError) -> Bool {
        guard let request = save.request else { return true }
        let waiter = SaveWaiter(self) { policy.sessions.finish(save, $0, now: $1) }
        guard let answer = ask(request, policy.index, for: waiter) else {
            storeWait = .saving
            return false
        }
        visit.stored.answer = policy.sessions.finish(save, answer, now: now)
        return true
    }

    /// Tries once more to save, after another answer had asked the store to take the session.
    func saveAgain() {
        // It may have been given up meanwhile.
        guard storeWait == .retrying else { return }
        storeWait = .nothing
        upstream.release()
        settle()
    }

    func took(_ answer: StoreAnswer, _ policy: SpillPolicy) throws(GatewayError) {
        do throws(SaveError) {
            try policy.took(answer, visit, now: worker.loop.wallClock, counters: &edition.sessionCounters)
        } catch {
            throw .openSession(error)
        }
    }
}
