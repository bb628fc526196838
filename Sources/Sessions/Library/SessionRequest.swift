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
