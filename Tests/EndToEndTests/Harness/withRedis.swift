import RedisServer
import Testing

/// The gateway with `store: redis` on every route but `/api/*`, an origin that obeys, and a browser in front.
///
/// - Parameter settings: what else stands in the mapping of `redis`.
func withRedis(
    _ server: RedisServer,
    url: String? = nil,
    settings: String = "",
    top: String = "",
    session: String = "",
    routes: String = "",
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (GatewayProcess, ObedientOrigin, inout Browser) throws -> Void
) throws {
    let redis = "store: redis\nredis: { url: \"\(url ?? server.url)\"\(settings.isEmpty ? "" : ", " + settings) }\n"
    try withSessions(
        top: top,
        session: redis + session,
        routes: routes,
        sourceLocation: sourceLocation,
        body
    )
}
