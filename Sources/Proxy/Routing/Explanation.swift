internal import HTTP
internal import Sessions

/// What the gateway would do with a request, and why: the answer of `gateway explain`.
public struct Explanation: Sendable {
    /// What routing makes of it; nil when the head was refused before.
    public let decision: RouteDecision?
    /// The answer for a person, several lines.
    public let text: String

    /// Explains a request under these settings; `file` is the route file's name for the lines mentioned.
    public init(_ request: ExplainedRequest, settings: Settings, file: String) {
        guard let head = request.head else {
            let refusal = request.refusal ?? (400, "it cannot be parsed")
            self.init(request, refused: refusal.status, refusal.reason, settings, file)
            return
        }
        let facts: RequestFacts
        do throws(GatewayError) {
            let exposed = ExposedNames(settings.sessions.flatMap { $0.settings.expose.map(\.header) })
            facts = try RequestFacts(head, request.bytes.span, exposedNames: exposed, isTrusted: false)
        } catch {
            self.init(request, refused: error.status, error.reason, settings, file)
            return
        }
        var writer = ExplanationWriter(request: request, facts: facts, settings: settings, file: file)
        let table = RouteTable(settings.routes)
        let bytes = request.bytes.span
        var scratch = NormalPath()
        let query = head.query ?? .empty
        let decision = table.decide(
            host: bytes.extracting(head.host.range),
            path: bytes.extracting(head.path.range),
            query: bytes.extracting(query.range),
            method: bytes.extracting(head.methodName.range),
            head: head,
            bytes: bytes,
            scratch: &scratch
        )
        switch decision {
        case .matched(let index):
            writer.writeRoute(index, head: head, rewrite: table.rewrites[index])
        case .notFound:
            writer.row("Answer", "404: no route matches")
        case .methodNotAllowed(let methods):
            writer.row("Answer", "405: no route takes the method; Allow: \(methods.joined(separator: ", "))")
        case .ambiguousPath:
            writer.writeAmbiguity(head, table: table)
        }
        writer.writeOthers(than: decision, head: head)
        self.init(decision: decision, text: writer.text)
    }

    private init(
        _ request: ExplainedRequest,
        refused status: Int,
        _ reason: String,
        _ settings: Settings,
        _ file: String
    ) {
        var writer = ExplanationWriter(request: request, facts: RequestFacts(), settings: settings, file: file)
        writer.row("Answer", "\(status): \(reason); no route is asked")
        self.init(decision: nil, text: writer.text)
    }

    private init(decision: RouteDecision?, text: String) {
        self.decision = decision
        self.text = text
    }
}
