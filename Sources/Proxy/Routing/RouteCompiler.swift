import HTTP
import Sessions

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

    func compile(_ route: RouteSettings) -> Route {
        guard let index = route.session else {
            let policy = NullPolicy(names: nullNames, stripsAll: route.stripCookies == .all)
            return Route(settings: route, policy: .null(policy), policyName: "null")
        }
        return Route(
            settings: route,
            policy: .cookie(cookiePolicy(index, for: route)),
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
            csrf: mode == .origin ? CrossSiteCheck(trustedOrigins: session.settings.trustedOrigins) : nil
        )
    }
}
