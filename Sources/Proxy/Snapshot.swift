import HTTP
import LinuxIO
import Sessions

/// The immutable, compiled form of a route file. Workers share it; a reload makes a new one.
final class Snapshot: Sendable {
    let settings: Settings
    let headLimits: HeadLimits
    let table: RouteTable
    let routes: [Route]
    /// Fields that `expose:` sends to services: nobody else may say them.
    let exposedNames: ExposedNames

    init(_ settings: Settings) {
        self.settings = settings
        headLimits = HeadLimits(
            requestLine: settings.limits.requestLine,
            fields: settings.limits.fields,
            fieldCount: settings.limits.fieldCount
        )
        table = RouteTable(settings.routes)
        exposedNames = ExposedNames(settings.sessions.flatMap { $0.settings.expose.map(\.header) })
        let compiler = RouteCompiler(settings)
        routes = settings.routes.map(compiler.compile)
    }

    /// Whether what this peer says about the client is believed.
    func isTrusted(_ peer: SocketAddress) -> Bool {
        !peer.isUnix && settings.trustedProxies.contains { $0.contains(high: peer.ipHigh, low: peer.ipLow) }
    }
}
