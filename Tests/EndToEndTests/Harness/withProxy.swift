import Testing

/// The gateway on a Null route before a scripted origin, which answers every request with what `answering` makes of it.
func withProxy(
    top: String = "",
    upstream: String = "",
    route: String = "",
    routes: String = "",
    answering: @escaping @Sendable (Message) -> String = { _ in ok() },
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (GatewayProcess, ScriptedOrigin) throws -> Void
) throws {
    let origin = try ScriptedOrigin.answering(answering)
    let file = RouteFiles.null(origin.url, top: top, upstream: upstream, route: route, routes: routes)
    try withGateway(file, sourceLocation: sourceLocation) { try body($0, origin) }
}

/// The gateway on a Null route before an origin whose connections run a script.
func withProxy(
    top: String = "",
    upstream: String = "",
    route: String = "",
    script: @escaping ScriptedOrigin.Script,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (GatewayProcess, ScriptedOrigin) throws -> Void
) throws {
    let origin = try ScriptedOrigin(script: script)
    let file = RouteFiles.null(origin.url, top: top, upstream: upstream, route: route)
    try withGateway(file, sourceLocation: sourceLocation) { try body($0, origin) }
}

/// The gateway on a Null route before a listener the test accepts from itself.
func withListener(
    top: String = "",
    upstream: String = "",
    route: String = "",
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (GatewayProcess, OriginListener) throws -> Void
) throws {
    let listener = try OriginListener()
    let file = RouteFiles.null(listener.url, top: top, upstream: upstream, route: route)
    try withGateway(file, sourceLocation: sourceLocation) { try body($0, listener) }
}

/// The gateway on a cookie route (Null under `/api/`) before an origin that obeys its requests, and a browser in front.
func withSessions(
    top: String = "",
    session: String = "",
    route: String = "",
    routes: String = "",
    upstream: String = "",
    environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (GatewayProcess, ObedientOrigin, inout Browser) throws -> Void
) throws {
    let origin = try ObedientOrigin()
    let file = RouteFiles.session(
        origin.url,
        top: top,
        session: session,
        route: route,
        routes: routes,
        upstream: upstream
    )
    try withGateway(file, environment: environment, sourceLocation: sourceLocation) { gateway in
        var browser = Browser(try gateway.connect(), origin)
        try body(gateway, origin, &browser)
    }
}
