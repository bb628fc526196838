import HTTP
import Sessions
import Upstream

/// Makes routes of their settings; what several routes share is made once.
struct RouteCompiler {
    private let settings: Settings
    private let sessions: [CookieSessions]
    private let sessionNames: [String]
    private let allNames: CookieNames
    private let nullNames: CookieNames

    init(_ settings: Settings, memory: SessionMemory) {
        self.settings = settings
        sessions = settings.sessions.map { CookieSessions($0.settings, memory: memory) }
        sessionNames = sessions.flatMap { [$0.settings.name, $0.flashName] }
        allNames = CookieNames(sessionNames)
        nullNames = CookieNames(sessionNames + settings.sessionCookies)
    }

    /// The sessions in their order, with the fingerprints of their keys.
    var sessionKeys: [(name: String, keys: [String])] {
        zip(settings.sessions, sessions).map { ($0.name, $1.keyFingerprints) }
    }

    func compile(_ route: RouteSettings) -> Route {
        guard let index = route.session else {
            let policy = NullPolicy(names: nullNames, stripsAll: route.stripCookies == .all)
            return Route(settings: route, policy: .null(policy), policyName: "null")
        }
        let cookies = cookiePolicy(index, for: route)
        let session = settings.sessions[index].settings
        let policy: Route.Policy =
            if session.store != .cookie {
                .stored(StoredPolicy(cookies: cookies, index: index))
            } else if session.spill != nil {
                .spilling(SpillPolicy(cookies: cookies, index: index))
            } else {
                .cookie(cookies)
            }
        return Route(
            settings: route,
            policy: policy,
            policyName: settings.sessions[index].name
        )
    }

    private func cookiePolicy(_ index: Int, for route: RouteSettings) -> CookiePolicy {
        let session = sessions[index]
        let own = [session.settings.name, session.flashName]
        let mode = route.csrf ?? session.settings.csrf
        return CookiePolicy(
            sessions: session,
            index: index,
            cutInRequests: session.settings.forwardCookie
                ? CookieNames(sessionNames.filter { !own.contains($0) }) : allNames,
            cutInResponses: allNames,
            stripsAll: route.stripCookies == .all,
            csrf: mode == .origin
                ? CrossSiteCheck(trustedOrigins: session.settings.trustedOrigins, allowsUpgrade: route.upgrade) : nil,
            signer: signer(session.settings, for: route)
        )
    }

    private func signer(_ session: SessionSettings, for route: RouteSettings) -> HandOverSigner? {
        guard let handOver = session.handOver, case .upstream(let upstream) = route.action else { return nil }
        return HandOverSigner(
            handOver,
            audience: settings.upstreams[upstream].name,
            fields: CookiePolicy.signedFields + session.expose.map { $0.header.lowercased() }
        )
    }
}
