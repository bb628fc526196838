import HTTP
import LinuxIO
import Sessions

/// A cookie session on a browser route that moves to a server store when it does not fit into its cookie.
///
/// A request without a token is opened as a cookie session, and waits for nobody; one with a token as `StoredPolicy` does
/// it.
final class SpillPolicy: Sendable {
    /// Finds cookies, writes and reads fields, refuses other sites' writes.
    let cookies: CookiePolicy
    let sessions: SpillSessions
    /// Which of the configured sessions it is, and of the worker's stores.
    let index: Int

    init(cookies: CookiePolicy, index: Int) {
        self.cookies = cookies
        self.index = index
        sessions = SpillSessions(cookies.sessions)
    }

    /// Opens what the request's cookies hold; tokens among them are left for `nextToken`.
    func begin(
        _ visit: SessionVisit,
        _ head: borrowing RequestHead,
        _ bytes: Span<UInt8>,
        _ facts: RequestFacts,
        now: Int64,
        cache: inout OpenedSessionCache
    ) {
        visit.begin(cookies)
        visit.stored.isUsed = true
        visit.isPage = facts.isPage(bytes)
        guard facts.cookieLines > 0 else { return }
        let chunks = cookies.findCookies(visit, head, bytes)
        if SpillSessions.mayHoldToken(visit.candidates) {
            (visit.opened, visit.stored.tokens) = sessions.open(
                bytes,
                candidates: visit.candidates,
                flashCandidates: visit.flashCandidates,
                chunks: chunks,
                now: now
            )
        } else {
            var opened =
                if visit.candidates.count == 1, visit.flashCandidates.isEmpty, chunks.isEmpty {
                    cookies.openOne(bytes, visit.candidates[0], visit, now: now, cache: &cache)
                } else {
                    cookies.open(bytes, visit, chunks, now: now)
                }
            cookies.sessions.catchUp(&opened, now: now)
            visit.opened = opened
            if let token = sessions.led(visit.opened) { visit.stored.tokens = [token] }
        }
    }

    /// The next token to look up; nil when there is none left, and it is known what the request brought.
    func nextToken(_ visit: SessionVisit, counters: inout SessionCounters) -> SessionToken? {
        if visit.stored.tried < visit.stored.tokens.count {
            let token = visit.stored.tokens[visit.stored.tried]
            visit.stored.tried += 1
            visit.stored.token = token
            return token
        }
        visit.outcome = SessionOutcome(visit.opened.outcome)
        counters.count(visit.opened, session: index)
        return nil
    }

    /// Takes the store's answer about the token that was looked up last.
    func took(
        _ answer: StoreAnswer,
        _ visit: SessionVisit,
        now: Int64,
        counters: inout SessionCounters
    ) throws(SaveError) {
        try cookies.take(visit, counters: &counters) { token, opened throws(SaveError) in
            try sessions.took(answer, of: token, into: &opened, now: now)
        }
    }

    /// Saves what the response asks for in the cookie, or says what it asks of the store.
    ///
    /// It may be called again: nothing is left of the time before.
    func plan(
        _ visit: SessionVisit,
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        isSecure: Bool,
        now: Int64,
        random: inout SystemRandom
    ) throws(SaveError) -> SpillPlan {
        visit.changes.reset()
        if response.status < 500 { try cookies.readChanges(&visit.changes, response, bytes) }
        return try sessions.plan(
            visit.opened,
            changes: visit.changes,
            status: response.status,
            isPage: visit.isPage,
            secureConnection: isSecure,
            now: now,
            random: &random
        )
    }

    /// What the response must carry, once the store has answered.
    func close(
        _ visit: SessionVisit,
        isSecure: Bool,
        now: Int64,
        counters: inout SessionCounters
    ) throws(SaveError) -> SessionEffect {
        let closed = try sessions.close(
            visit.stored.save ?? ServerSave(),
            visit.stored.answer,
            of: visit.opened,
            secureConnection: isSecure,
            now: now
        )
        let effect = cookies.effect(of: closed, visit, counters: &counters)
        if case .failed? = visit.stored.answer { visit.outcome = .storeError }
        return effect
    }
}
