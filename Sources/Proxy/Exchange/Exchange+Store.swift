import HTTP
import LinuxIO
import Sessions

/// An exchange whose session lives in a server store: what it does when the store takes its time.
///
/// ```
/// openSession ──▶ opening ──answer──▶ perform            saveSession ──▶ saving ──answer──▶ the head goes out
///                    │ the client leaves, a timeout, …                     │ the same
///                    ▼                                                     ▼
///                 the answer is ignored                           the answer is ignored
/// ```
/// A store that answers at once never makes it wait.
extension Exchange {
    /// Whether the upstream has to hold the head it has just handed over.
    var isSaving: Bool { storeWait == .saving || storeWait == .retrying }

    /// Looks up the request's cookies one after the other; false while the store is asked.
    func openStored(_ policy: StoredPolicy) throws(GatewayError) -> Bool {
        while let key = policy.nextKey(
            visit,
            headBytes.readable.span,
            counters: &edition.sessionCounters
        ) {
            guard let answer = ask(.open(key), policy.index, for: self) else {
                storeWait = .opening
                return false
            }
            try took(answer, policy)
        }
        return true
    }

    /// Saves what the response asks for; nil while the store is asked.
    func saveStored(
        _ policy: StoredPolicy,
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>
    ) throws(GatewayError) -> SessionEffect? {
        let now = worker.loop.wallClock
        do throws(SaveError) {
            if visit.stored.save == nil {
                if let settled = try policy.cookies.settle(visit, response, bytes, now: now) { return settled }
                let save = try policy.plan(
                    visit,
                    response,
                    isSecure: facts.isSecure,
                    now: now,
                    random: &worker.secureRandom
                )
                if !ask(save, policy, now: now) { return nil }
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
    private func ask(_ save: ServerSave, _ policy: StoredPolicy, now: Int64) -> Bool {
        guard let request = save.request else { return true }
        var waiter: StoreWaiter = self
        if save.endsOthers {
            waiter = SaveWaiter(self) { answer, now in
                policy.sessions.finish(save, answer, now: now)
                return answer
            }
        }
        guard let answer = ask(request, policy.index, for: waiter) else {
            storeWait = .saving
            return false
        }
        policy.sessions.finish(save, answer, now: now)
        visit.stored.answer = answer
        return true
    }

    /// The answer that was awaited.
    func goOn(with answer: StoreAnswer) {
        let waited = storeWait
        // Of an exchange that was given up, whose place another has taken.
        guard let route, waited == .opening || waited == .saving else { return }
        storeWait = .nothing
        switch waited {
        case .nothing, .retrying:
            return
        case .opening:
            do throws(GatewayError) {
                guard try goOnOpening(route, with: answer) else { return }
                try perform(route, head)
                upstream.flush()
            } catch {
                failed(error)
            }
            // The body was left unread meanwhile, and no time for it was running.
            if hasBody { client?.resumeBody() }
        case .saving:
            visit.stored.answer = answer
            upstream.release()
        }
        settle()
    }

    /// Takes what the store said of a cookie, and looks up the next; false while the store is asked.
    private func goOnOpening(_ route: Route, with answer: StoreAnswer) throws(GatewayError) -> Bool {
        switch route.policy {
        case .null, .cookie:
            return true
        case .stored(let policy):
            try took(answer, policy)
            return try openStored(policy)
        case .spilling(let policy):
            try took(answer, policy)
            return try openSpilled(policy)
        }
    }

    private func took(_ answer: StoreAnswer, _ policy: StoredPolicy) throws(GatewayError) {
        do throws(SaveError) {
            try policy.took(answer, visit, now: worker.loop.wallClock, counters: &edition.sessionCounters)
        } catch {
            throw .openSession(error)
        }
    }

    /// Asks a session's store; nil when it answers later, to the waiter's `storeAnswered`.
    func ask(_ request: StoreRequest, _ session: Int, for waiter: StoreWaiter) -> StoreAnswer? {
        let now = worker.loop.wallClock
        switch edition.stores[session] {
        case .memory(let store): return store.ask(request, now: now)
        case .waiting(let store):
            storeTicket &+= 1
            return store.ask(request, now: now, for: waiter, ticket: storeTicket)
        case nil: return .failed(why: "there is no store")
        }
    }
}
