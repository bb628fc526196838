/// What a store has to know of a request to find its session.
public struct SessionRequest: Sendable {
    /// The request's cookies in their order, values as they were sent.
    public var cookies: [(name: String, value: String)]
    /// Whether the browser asks for a page, which alone shows flash messages.
    public var isPage: Bool
    /// The time, in seconds since 1970.
    public var now: Int64

    /// Describes a request.
    public init(cookies: [(name: String, value: String)], isPage: Bool, now: Int64) {
        self.cookies = cookies
        self.isPage = isPage
        self.now = now
    }
}

/// What a store has to know of a response to save its session.
public struct SessionResponse: Sendable {
    /// The final status; 500 and above saves nothing.
    public var status: Int
    /// Whether the browser asked for a page.
    public var isPage: Bool
    /// Whether the client came over https.
    public var secureConnection: Bool
    /// The time, in seconds since 1970.
    public var now: Int64

    /// Describes a response.
    public init(status: Int, isPage: Bool, secureConnection: Bool, now: Int64) {
        self.status = status
        self.isPage = isPage
        self.secureConnection = secureConnection
        self.now = now
    }
}
