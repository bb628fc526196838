/// The values of a session's cookies in a request, one after the other, and where each stands.
struct FoundCookies {
    private(set) var bytes: [UInt8] = []
    private(set) var candidates: [Range<Int>] = []
    private(set) var flashCandidates: [Range<Int>] = []
    private(set) var chunks: [CookieChunk] = []

    init(_ request: SessionRequest, _ sessions: CookieSessions) {
        for (name, value) in request.cookies {
            if let number = CookieChunk.number(Array(name.utf8).span, of: sessions.nameBytes) {
                let start = bytes.count
                bytes.append(contentsOf: value.utf8)
                chunks.append(CookieChunk(number: number, value: start..<bytes.count))
                continue
            }
            let isSession = name.utf8.elementsEqual(sessions.nameBytes)
            guard isSession || name.utf8.elementsEqual(sessions.flashNameBytes) else { continue }
            let start = bytes.count
            bytes.append(contentsOf: value.utf8)
            if isSession { candidates.append(start..<bytes.count) } else { flashCandidates.append(start..<bytes.count) }
        }
    }
}
