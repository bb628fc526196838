/// What routing makes of a request.
public enum RouteDecision: Sendable, Equatable {
    /// A route matches: its index.
    case matched(Int)
    /// No route matches: 404.
    case notFound
    /// Only the method kept every route from matching: 405 with these methods in `Allow`.
    case methodNotAllowed([String])
    /// The path can be read in ways that lead to different places, or in none: 400.
    case ambiguousPath
}
