public import Sessions

/// One route: what it matches, and what to do with what it matches.
public struct RouteSettings: Sendable {
    /// The route in logs, as it was written: `example.com/api/*` or `GET /x`.
    public var name: String
    /// The line of the route file it begins on, from 1.
    public var line: Int
    /// The hosts it matches; nil: any.
    public var host: HostPattern?
    /// The paths it matches.
    public var path: PathPattern
    /// The methods it matches, upper case; empty: any.
    ///
    /// `GET` also matches HEAD.
    public var methods: [String] = []
    /// The field lines a request must have, all of them.
    public var headers: [FieldMatch] = []
    /// The query parameters a request must have, all of them.
    public var query: [QueryMatch] = []
    /// What is done with a request that matches.
    public var action: RouteAction
    /// The session policy, an index into `Settings.sessions`; nil: Null.
    public var session: Int?
    /// The route's own answer to cross-site writes; nil: the session's.
    public var csrf: CSRFMode?
    /// Which cookies a Null route cuts out, default those of sessions.
    public var stripCookies: CookieStripping = .session
    /// What is taken off the front of the path, whole segments, `/api`; nil: nothing.
    public var stripPrefix: String?
    /// What is put in front of the path, `/v1`; nil: nothing.
    public var addPrefix: String?
    /// The longest request body in bytes, over it 413; nil: any.
    public var maxBody: UInt64?
    /// Whether a client may ask the upstream to switch protocols, as WebSockets do; default true.
    public var upgrade = true
    /// Changes to the request's fields on the way to the upstream.
    public var requestHeaders = HeaderEdits()
    /// Changes to the response's fields on the way to the client.
    public var responseHeaders = HeaderEdits()

    /// A route for every host and method, with the Null policy.
    public init(name: String, line: Int, path: PathPattern, action: RouteAction) {
        self.name = name
        self.line = line
        self.path = path
        self.action = action
    }
}

/// Which cookies a Null route cuts out of requests and responses.
public enum CookieStripping: String, Sendable, CaseIterable {
    /// Those that belong to a session.
    case session
    /// Every cookie.
    case all
}

/// A field line a request must have.
public struct FieldMatch: Sendable, Equatable {
    /// The field's name, compared without regard to case.
    public var name: String
    /// The whole value of one of its lines, compared byte for byte; nil: any value.
    public var value: String?

    /// Asks for a field.
    public init(name: String, value: String?) {
        self.name = name
        self.value = value
    }
}

/// A query parameter a request must have.
public struct QueryMatch: Sendable, Equatable {
    /// The parameter's name after percent-decoding.
    public var name: String
    /// The value of one parameter of that name after percent-decoding; nil: any value.
    public var value: String?

    /// Asks for a parameter.
    public init(name: String, value: String?) {
        self.name = name
        self.value = value
    }
}
