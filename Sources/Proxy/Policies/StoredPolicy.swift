import HTTP
import LinuxIO
import Sessions

/// A session in a server store on a browser route: the cookie holds a token, its values are asked for.
///
/// Cookies and fields are those of a cookie session; what differs is that opening and saving may have to wait, so both
/// are made of a question and what is done with its answer.
final class StoredPolicy: Sendable {
    /// Finds cookies, writes and reads fields, refuses other sites' writes.
    let cookies: CookiePolicy
    let sessions: ServerSessions
    /// Which of the configured sessions it is, and of the worker's stores.
    let index: Int

    init(cookies: CookiePolicy, index: Int) {
        self.cookies = cookies
        self.index = index
        sessions = ServerSessions(cookies.sessions)
    }

    /// Finds the request's cookies, and opens its flash messages.
    func begin(
        _ visit: SessionVisit,
        _ head: borrowing RequestHead,
        _ bytes: Span<UInt8>,
        _ facts: RequestFacts,
        now: Int64
    ) {
        visit.begin(cookies)
        visit.stored.isUsed = true
        visit.isPage = facts.isPage(bytes)
        guard facts.cookieLines > 0 else { return }
        _ = cookies.findCookies(visit, head, bytes)
        if !visit.flashCandidates.isEmpty {
            visit.opened = sessions.begin(bytes, flashCandidates: visit.flashCandidates, now: now)
        }
    }

    /// The next key to look up; nil when there is none left, and it is known what the request brought.
    func nextKey(
        _ visit: SessionVisit,
        _ bytes: Span<UInt8>,
        counters: inout SessionCounters
    ) -> StoreKey? {
        while visit.stored.tried < min(visit.candidates.count, ServerSessions.mostTwins) {
            let candidate = visit.candidates[visit.stored.tried]
            visit.stored.tried += 1
            if let token = sessions.token(bytes, candidate, for: &visit.opened) {
                visit.stored.token = token
                return token.key
            }
        }
        let opened = visit.opened
        if !visit.candidates.isEmpty { visit.outcome = SessionOutcome(opened.outcome) }
        visit.settledUntil = cookies.sessions.settledUntil(opened)
        counters.count(opened, session: index)
        return nil
    }

    /// Takes the store's answer about the key that was looked up last.
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

    /// Decides what the response asks of the store.
    ///
    /// Its changes are what `CookiePolicy.settle` has read.
    func plan(
        _ visit: SessionVisit,
        _ response: borrowing ResponseHead,
        isSecure: Bool,
        now: Int64,
        random: inout SystemRandom
    ) throws(SaveError) -> ServerSave {
        let save = try sessions.plan(
            visit.opened,
            changes: visit.changes,
            status: response.status,
            isPage: visit.isPage,
            secureConnection: isSecure,
            now: now,
            random: &random
        )
        visit.stored.save = save
        return save
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
