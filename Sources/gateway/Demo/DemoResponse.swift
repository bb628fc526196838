import Sessions

/// An answer of the demo's service, with what it asks the gateway to do to the session.
struct DemoResponse {
    private let status: Int
    private var fields: [(name: String, value: String)]
    private let body: [UInt8]

    /// An answer with a body.
    init(status: Int = 200, type: String = "text/plain; charset=utf-8", text: String) {
        self.status = status
        fields = [("Content-Type", type), ("Cache-Control", "no-store")]
        body = [UInt8](text.utf8)
    }

    /// The answer to a form: look here (303).
    static func seeOther(_ path: String) -> DemoResponse {
        DemoResponse(status: 303, text: "").adding("Location", path)
    }

    /// The same with one more field, as `X-Session-Clear: 1`.
    func adding(_ name: String, _ value: String) -> DemoResponse {
        var copy = self
        copy.fields.append((name, value))
        return copy
    }

    /// The same with one more field whose value is JSON, as `X-Session-Set: {"user_id":42}`.
    func adding(_ name: String, json value: Value) -> DemoResponse {
        var text: [UInt8] = []
        JSON.write(value, into: &text)
        return adding(name, String(decoding: text, as: UTF8.self))
    }

    /// The answer as it goes over the wire.
    func bytes(closes: Bool, isHead: Bool) -> [UInt8] {
        var head = "HTTP/1.1 \(status) \(Self.phrase(status))\r\n"
        for field in fields { head += "\(field.name): \(field.value)\r\n" }
        head += "Content-Length: \(body.count)\r\n"
        if closes { head += "Connection: close\r\n" }
        return [UInt8]((head + "\r\n").utf8) + (isHead ? [] : body)
    }

    private static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 303: "See Other"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        case 422: "Unprocessable Content"
        default: "Internal Server Error"
        }
    }
}
