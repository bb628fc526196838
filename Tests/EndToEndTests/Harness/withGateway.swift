import Testing

/// Runs the gateway for as long as `body` takes, then stops it and expects a clean exit.
///
/// When something goes wrong, its log goes with the failure.
func withGateway(
    _ routeFile: String,
    environment: [String: String] = [:],
    arguments: [String] = [],
    listeners: Int = 1,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (GatewayProcess) throws -> Void
) throws {
    let gateway = try GatewayProcess(
        routeFile,
        environment: environment,
        arguments: arguments,
        listeners: listeners
    )
    do {
        try body(gateway)
        let exit = try gateway.child.ended ?? gateway.stop()
        #expect(exit == .status(0), "log: \(gateway.log)", sourceLocation: sourceLocation)
    } catch {
        Issue.record(
            "\(error)\nlog: \(gateway.log)\naccess log: \(gateway.accessLog.suffix(2000))",
            sourceLocation: sourceLocation
        )
    }
}
