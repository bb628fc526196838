import HTTP
import LinuxIO
import Sessions

/// A cookie session on a browser route: opens it for the service, and saves what the service asked for (DESIGN section
/// 3.1).
final class CookiePolicy: Sendable {
    let sessions: CookieSessions
    /// Which of the configured sessions it is.
    let index: Int
    /// Cut out of requests: every session's cookies; with `forward_cookie` all but this session's.
    let cutInRequests: CookieNames
    /// Cut out of responses: every session's cookies.
    ///
    /// Only the gateway sets those.
    let cutInResponses: CookieNames
    /// `strip_cookies: all`: the service sees no cookie at all.
    let stripsAll: Bool
    private let csrf: CrossSiteCheck?
    private let name: [UInt8]
    private let flashName: [UInt8]
    let exposed: [(field: [UInt8], key: ExposedKey)]
    /// Signs what the service is told; nil where nothing is signed.
    let signer: HandOverSigner?

    init(
        sessions: CookieSessions,
        index: Int,
        cutInRequests: CookieNames,
        cutInResponses: CookieNames,
        stripsAll: Bool,
        csrf: CrossSiteCheck?,
        signer: HandOverSigner? = nil
    ) {
        self.sessions = sessions
        self.index = index
        self.cutInRequests = cutInRequests
        self.cutInResponses = cutInResponses
        self.stripsAll = stripsAll
        self.csrf = csrf
        name = [UInt8](sessions.settings.name.utf8)
        flashName = [UInt8](sessions.flashName.utf8)
        self.signer = signer
        exposed = sessions.settings.expose.map { ([UInt8]($0.header.utf8), ExposedKey($0.key)) }
    }

    /// Whether the request is a write that another site caused.
    func refuses(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ facts: RequestFacts) -> Bool {
        csrf?.verdict(head, bytes, facts).isRefusal ?? false
    }

    func open(
        _ visit: SessionVisit,
        _ head: borrowing RequestHead,
        _ bytes: Span<UInt8>,
        _ facts: RequestFacts,
        now: Int64,
        cache: inout OpenedSessionCache,
        counters: inout SessionCounters
    ) {
        visit.begin(self)
        visit.isPage = facts.isPage(bytes)
        guard facts.cookieLines > 0 else {
            counters.count(.none, session: index)
            return
        }
        let chunks = findCookies(visit, head, bytes)
        guard !visit.candidates.isEmpty || !visit.flashCandidates.isEmpty || !chunks.isEmpty else {
            counters.count(.none, session: index)
            return
        }
        // Handed over as the last step, so that nothing copies it.
        var opened =
            if visit.candidates.count == 1, visit.flashCandidates.isEmpty, chunks.isEmpty {
                openOne(bytes, visit.candidates[0], visit, now: now, cache: &cache)
            } else {
                open(bytes, visit, chunks, now: now)
            }
        sessions.catchUp(&opened, now: now)
        visit.outcome = SessionOutcome(opened.outcome)
        visit.settledUntil = sessions.settledUntil(opened)
        counters.count(opened, session: index)
        visit.opened = opened
    }

    /// Has the store's answer about the token that was looked up last taken by `take`.
    func take(
        _ visit: SessionVisit,
        counters: inout SessionCounters,
        _ take: (SessionToken, inout OpenedSession) throws(SaveError) -> Void
    ) throws(SaveError) {
        guard let token = visit.stored.token else { return }
        visit.stored.token = nil
        do throws(SaveError) {
            try take(token, &visit.opened)
        } catch {
            failed(error, visit, counters: &counters)
            throw error
        }
    }

    func open(
        _ bytes: Span<UInt8>,
        _ visit: SessionVisit,
        _ chunks: [CookieChunk],
        now: Int64
    ) -> OpenedSession {
        sessions.open(
            bytes,
            candidates: visit.candidates,
            flashCandidates: visit.flashCandidates,
            chunks: chunks,
            now: now
        )
    }

    /// The usual case, one cookie and no flash: most often the one that was opened a moment ago.
    func openOne(
        _ bytes: Span<UInt8>,
        _ place: Range<Int>,
        _ visit: SessionVisit,
        now: Int64,
        cache: inout OpenedSessionCache
    ) -> OpenedSession {
        let value = bytes.extracting(place)
        let key = OpenedSessionCache.Key(session: index, value: value)
        if let known = cache.find(key, value, now: now) { return known }
        let opened = open(bytes, visit, [], now: now)
        if opened.outcome == .opened { cache.keep(opened, key, value, settings: sessions.settings) }
        return opened
    }

    /// Finds the session's cookies; says which go on where others end, nearly always none.
    func findCookies(
        _ visit: SessionVisit,
        _ head: borrowing RequestHead,
        _ bytes: Span<UInt8>
    ) -> [CookieChunk] {
        var keepsSome = false
        var chunks: [CookieChunk] = []
        for index in head.fields.indices where head.fields[index].id == .cookie {
            let line = head.fields[index].value
            let value = bytes.extracting(line.range)
            let offset = Int(line.lower)
            var pairs = CookiePairs()
            while let pair = pairs.next(value) {
                guard pair.hasName else {
                    keepsSome = true
                    continue
                }
                let cookie = value.extracting(pair.name)
                let isCut = cutInRequests.contains(cookie)
                if isCut { visit.cutsCookies = true } else { keepsSome = true }
                let place = (pair.value.lowerBound + offset)..<(pair.value.upperBound + offset)
                if equals(cookie, name) {
                    visit.candidates.append(place)
                } else if equals(cookie, flashName) {
                    visit.flashCandidates.append(place)
                } else if isCut || sessions.settings.forwardCookie, let number = CookieChunk.number(cookie, of: name) {
                    chunks.append(CookieChunk(number: number, value: place))
                }
            }
        }
        visit.cutsAllCookies = stripsAll || !keepsSome
        if stripsAll { visit.cutsCookies = true }
        return chunks
    }

    func writeFields(_ visit: SessionVisit, into out: ByteBuffer) {
        out.append("X-Session-Policy: cookie\r\nX-Session: ")
        let json = visit.opened.json
        if json.isEmpty { out.append("{}") } else { out.append(json) }
        out.append("\r\n")
        if !visit.opened.idText.isEmpty {
            out.append("X-Session-Id: ")
            out.append(visit.opened.idText)
            out.append("\r\n")
        }
        if visit.isPage, !visit.opened.flashJSON.isEmpty {
            out.append("X-Flash: ")
            out.append(visit.opened.flashJSON)
            out.append("\r\n")
        }
        for (field, key) in exposed {
            guard case .text(let value) = key.find(in: json.span) else { continue }
            out.append(field)
            out.append(": ")
            out.append(value)
            out.append("\r\n")
        }
    }
}
