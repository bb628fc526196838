/// A service that answers as each request tells it, so that a test says in one place what is sent and what is answered.
///
/// Every `Do:` field's value becomes a field line of the answer, `Do-Status:` its status.
struct ObedientOrigin {
    let origin: ScriptedOrigin

    init() throws {
        origin = try ScriptedOrigin { wire in
            while let request = try wire.nextRequest() { try wire.send(Latin1.bytes(Self.answer(to: request))) }
        }
    }

    static func answer(to request: Message) -> String {
        let fields = request.fields("do").map { $0 + "\r\n" }.joined()
        let status = request.field("do-status").flatMap { Int($0) } ?? 200
        if status == 204 || status == 304 { return "HTTP/1.1 \(status) Something\r\n\(fields)\r\n" }
        return EndToEndTests.answer(status, request.method == "HEAD" ? "" : "seen", fields)
    }

    var url: String { origin.url }
    /// Every request seen.
    var requests: [Message] { origin.requests }
}
