import HTTP

/// Refuses writes that another site made a browser send (`csrf: origin`, DESIGN section 3.1).
///
/// `Sec-Fetch-Site` decides where a browser sends it; older browsers send `Origin`, which must name the host asked for.
/// A client that sends neither is no browser.
///
/// A request to switch protocols counts as a write, whatever its method: a browser opens a WebSocket to any site, with
/// that site's cookies, and lets the page that asked for it read and write.
struct CrossSiteCheck: Sendable {
    /// What the check says of a request, and by what.
    enum Verdict: Equatable {
        /// A method that writes nothing.
        case safeMethod
        /// `Sec-Fetch-Site` is another word than `cross-site`.
        case notCrossSite
        /// `Origin` is one of `trusted_origins`.
        case trustedOrigin
        /// `Origin` is the host asked for.
        case sameHost
        /// Neither `Sec-Fetch-Site` nor `Origin`.
        case noBrowser
        /// Refused: `Sec-Fetch-Site` is `cross-site`.
        case crossSite
        /// Refused: `Origin` is another host.
        case foreignOrigin

        var isRefusal: Bool { self == .crossSite || self == .foreignOrigin }
    }

    private let trusted: [[UInt8]]
    private let allowsUpgrade: Bool

    /// - Parameter allowsUpgrade: the route's `upgrade`: where it is off, a request to switch protocols is an ordinary
    ///   one.
    init(trustedOrigins: [String], allowsUpgrade: Bool = true) {
        self.allowsUpgrade = allowsUpgrade
        trusted = trustedOrigins.map { [UInt8]($0.lowercased().utf8) }
    }

    func verdict(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ facts: RequestFacts) -> Verdict {
        if head.method.isSafe, !(allowsUpgrade && facts.wantsUpgrade) { return .safeMethod }
        if let site = facts.secFetchSite {
            guard equalsIgnoringCase(bytes.extracting(site.range), "cross-site") else { return .notCrossSite }
            return isTrusted(facts.origin, bytes) ? .trustedOrigin : .crossSite
        }
        guard let origin = facts.origin else { return .noBrowser }
        let value = bytes.extracting(origin.range)
        if isSame(value, bytes.extracting(head.authority.range)) { return .sameHost }
        // A trusted proxy that rewrites Host says here which one the browser asked for.
        if let host = facts.forwardedHost, isSame(value, bytes.extracting(host.range)) { return .sameHost }
        return isTrusted(origin, bytes) ? .trustedOrigin : .foreignOrigin
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
        guard start > 0, equalsIgnoringCase(authority.extracting(start..<authority.count), port) else {
            return authority.count
        }
        return start
    }
}
