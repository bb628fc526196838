/// What a route does with a request.
public enum RouteAction: Sendable, Equatable {
    /// Forwards it to a pool, an index into `Settings.upstreams`.
    case upstream(Int)
    /// Sends the client elsewhere.
    case redirect(RedirectSettings)
    /// Answers by itself.
    case respond(RespondSettings)
}

/// Where a route sends the client.
public struct RedirectSettings: Sendable, Equatable {
    /// The `Location`: an absolute path or URL; a `*` at its end is what the path's `*` matched.
    public var to: String
    /// 301, 302, 303, 307 or 308; default 307.
    public var status: Int

    /// Sends the client elsewhere.
    public init(to: String, status: Int = 307) {
        self.to = to
        self.status = status
    }
}

/// What a route answers by itself.
public struct RespondSettings: Sendable, Equatable {
    /// 200 to 599, default 200.
    public var status: Int
    /// The body, default empty.
    public var body: [UInt8]
    /// The body's media type, default `text/plain; charset=utf-8`.
    public var contentType: String
    /// Further fields of the answer, in order.
    public var headers: [HeaderEdits.Field]

    /// Answers with a fixed body.
    public init(
        status: Int = 200,
        body: [UInt8] = [],
        contentType: String = "text/plain; charset=utf-8",
        headers: [HeaderEdits.Field] = []
    ) {
        self.status = status
        self.body = body
        self.contentType = contentType
        self.headers = headers
    }
}
