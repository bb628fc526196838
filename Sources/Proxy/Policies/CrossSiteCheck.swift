import HTTP

/// Refuses writes that another site made a browser send (`csrf: origin`, DESIGN section 3.1).
///
/// `Sec-Fetch-Site` decides where a browser sends it; older browsers send `Origin`, which must name the host asked for. A client that sends
/// neither is no browser.
struct CrossSiteCheck: Sendable {
    private let trusted: [[UInt8]]

    init(trustedOrigins: [String]) {
        trusted = trustedOrigins.map { [UInt8]($0.lowercased().utf8) }
    }

    func refuses(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ facts: RequestFacts) -> Bool {
        if let site = facts.secFetchSite {
            guard equalsIgnoringCase(bytes.extracting(site.range), "cross-site") else { return false }
            return !isTrusted(facts.origin, bytes)
        }
        guard let origin = facts.origin else { return false }
        let authority = bytes.extracting(head.authority.range)
        return !isSame(bytes.extracting(origin.range), authority) && !isTrusted(origin, bytes)
    }

    private func isTrusted(_ origin: ByteRange?, _ bytes: Span<UInt8>) -> Bool {
        guard let origin else { return false }
        let value = bytes.extracting(origin.range)
        for candidate in trusted where equalsIgnoringCase(value, candidate.span) { return true }
        return false
    }

    /// Whether `scheme://host[:port]` names the authority; the scheme's own port may be left out on either side.
    private func isSame(_ origin: Span<UInt8>, _ authority: Span<UInt8>) -> Bool {
        if origin.count > 7, equalsIgnoringCase(origin.extracting(0..<7), "http://") {
            return isSameHost(origin.extracting(7..<origin.count), authority, defaultPort: ":80")
        }
        if origin.count > 8, equalsIgnoringCase(origin.extracting(0..<8), "https://") {
            return isSameHost(origin.extracting(8..<origin.count), authority, defaultPort: ":443")
        }
        return false
    }

    private func isSameHost(_ host: Span<UInt8>, _ authority: Span<UInt8>, defaultPort: String) -> Bool {
        equalsIgnoringCase(
            host.extracting(0..<lengthWithoutPort(host, defaultPort)),
            authority.extracting(0..<lengthWithoutPort(authority, defaultPort))
        )
    }

    private func lengthWithoutPort(_ authority: Span<UInt8>, _ port: String) -> Int {
        let start = authority.count - port.utf8.count
        guard start > 0, equalsIgnoringCase(authority.extracting(start..<authority.count), port) else { return authority.count }
        return start
    }
}
