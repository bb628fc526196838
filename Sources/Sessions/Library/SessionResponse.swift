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
