import HTTP
import Sessions

/// A route as the workers use it: everything that can be computed when the file is read has been.
final class Route: Sendable {
    enum Policy: Sendable {
        case null(NullPolicy)
        case cookie(CookiePolicy)
        case stored(StoredPolicy)
        case spilling(SpillPolicy)
    }

    /// As the file says it, for the log.
    let name: [UInt8]
    let policy: Policy
    /// What the log calls the policy: `null`, or the session's name in the file.
    let policyName: [UInt8]
    let action: RouteAction
    /// The media type of what a `respond` route answers; nil for other routes.
    let contentType: [UInt8]?
    /// The other field lines of what it answers.
    let respondLines: [UInt8]
    let rewrite: TargetRewrite
    /// Bytes; nil for no limit.
    let maxBody: UInt64?
    /// Whether a client may ask the upstream to switch protocols.
    let allowsUpgrade: Bool
    let requestEdits: CompiledEdits?
    let responseEdits: CompiledEdits?

    init(settings: RouteSettings, policy: Policy, policyName: String) {
        name = [UInt8](settings.name.utf8)
        self.policy = policy
        self.policyName = [UInt8](policyName.utf8)
        action = settings.action
        rewrite = TargetRewrite(route: settings)
        maxBody = settings.maxBody
        allowsUpgrade = settings.upgrade
        requestEdits = CompiledEdits(settings.requestHeaders)
        let edits = CompiledEdits(settings.responseHeaders)
        responseEdits = edits
        if case .respond(let answer) = settings.action {
            contentType = [UInt8](answer.contentType.utf8)
            let kept = answer.headers.filter { edits?.removes($0.name) != true }
            respondLines = kept.flatMap { [UInt8]("\($0.name): \($0.value)\r\n".utf8) }
        } else {
            contentType = nil
            respondLines = []
        }
    }
}
