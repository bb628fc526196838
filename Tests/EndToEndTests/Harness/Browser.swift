/// A visitor with one connection and a cookie jar.
struct Browser {
    /// One request and its response.
    struct Visit {
        /// What the browser got.
        let response: Message
        /// What the service saw; nil when the gateway answered by itself.
        let seen: Message?

        /// `X-Session` as the service saw it, byte for byte.
        var session: String? { seen?.field("x-session") }
        /// `X-Flash` as the service saw it, byte for byte.
        var flash: String? { seen?.field("x-flash") }
        /// `X-Session-Id` as the service saw it.
        var id: String? { seen?.field("x-session-id") }
        var status: Int { response.status }
    }

    /// The default cookie's names.
    static let cookie = "_gateway_session"
    static let flashCookie = "_gateway_session_flash"

    var jar = CookieJar()
    /// The connection its requests take; several browsers may share one, as they do behind a proxy.
    var wire: Wire
    private let origin: ObedientOrigin

    init(_ wire: Wire, _ origin: ObedientOrigin) {
        self.wire = wire
        self.origin = origin
    }

    /// Opens a page: a request whose flash messages are shown.
    mutating func page(
        _ target: String = "/",
        _ orders: String...,
        status: Int = 200,
        fields: String = "",
        method: String = "GET"
    ) throws -> Visit {
        try visit(
            method,
            target,
            orders,
            status,
            "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Site: same-origin\r\n" + fields
        )
    }

    /// Asks for something in the background.
    mutating func fetch(
        _ target: String = "/",
        _ orders: String...,
        status: Int = 200,
        fields: String = "",
        method: String = "GET"
    ) throws -> Visit {
        try visit(method, target, orders, status, "Sec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n" + fields)
    }

    /// Sends exactly these field lines, and no cookies but those among them.
    func bare(
        _ target: String = "/",
        _ fields: String = "",
        method: String = "GET",
        orders: [String] = []
    ) throws -> Visit {
        // By its tag a request is known from others that reach the origin at the same time.
        let tag = "\(UInt64.random(in: 0...UInt64.max))"
        let length = method == "GET" || method == "HEAD" ? "" : "Content-Length: 0\r\n"
        let doing = orders.map { "Do: \($0)\r\n" }.joined() + "Do-Tag: \(tag)\r\n"
        let response = try wire.exchange("\(method) \(target) HTTP/1.1\r\nHost: test\r\n\(length)\(doing)\(fields)\r\n")
        return Visit(response: response, seen: origin.requests.last { $0.field("do-tag") == tag })
    }

    private mutating func visit(
        _ method: String,
        _ target: String,
        _ orders: [String],
        _ status: Int,
        _ fields: String
    ) throws -> Visit {
        let doing = "Do-Status: \(status)\r\n" + fields + jar.line
        let visit = try bare(target, doing, method: method, orders: orders)
        jar.take(visit.response)
        return visit
    }
}
