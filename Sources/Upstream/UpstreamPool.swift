import LinuxIO

/// One worker's connections to one upstream: those that wait to be used again, and the way to new ones.
public final class UpstreamPool {
    /// What the route file says about the upstream.
    public let settings: UpstreamSettings
    /// How many connections wait to be used again.
    public private(set) var idleCount = 0

    private let client: UpstreamClient
    private let urls: [String]
    /// For each server, its waiting connections, the newest last.
    private var idle: [[WireConnection]]
    private var turn = 0
    private var isClosed = false
    private var timer: Timer?

    /// A pool without connections.
    ///
    /// `settings` must name at least one server.
    public init(settings: UpstreamSettings, client: UpstreamClient) {
        guard !settings.servers.isEmpty else { fatalError("an upstream has at least one server") }
        self.settings = settings
        self.client = client
        urls = settings.servers.map(\.url)
        idle = Array(repeating: [], count: settings.servers.count)
        timer = Timer(client.loop) { [unowned self] in closeExpired() }
    }

    deinit { close() }

    // MARK: Connections out

    /// The server whose turn it is.
    public func nextServer() -> Int {
        let server = turn
        turn = server + 1 == idle.count ? 0 : server + 1
        return server
    }

    /// The waiting connection to this server that was used last; nil when there is none.
    ///
    /// One on which the server has sent something unasked, or which it has closed, is never handed out. The caller
    /// sets the owner.
    public func checkoutIdle(server: Int) -> WireConnection? {
        while let connection = idle[server].popLast() {
            idleCount -= 1
            connection.state = .inUse
            guard connection.isQuiet() else {
                connection.close()
                continue
            }
            connection.requests += 1
            return connection
        }
        return nil
    }

    /// Begins a new connection.
    ///
    /// Answers later by the owner's `wireConnected` or `wireFailed`, never from inside this call, within the
    /// upstream's `connectTimeout`. Closing the connection before that cancels it.
    public func dial(server: Int, owner: WireOwner) -> WireConnection {
        let connection = WireConnection(client: client, pool: self, serverIndex: server, owner: owner)
        client.dial(connection, settings, url: urls[server])
        return connection
    }

    // MARK: Connections back

    /// Takes back a connection of which the last answer was read to its end, and keeps it for the next request.
    public func checkin(_ connection: WireConnection) {
        guard connection.state == .inUse else { return }
        connection.owner = nil
        guard !isClosed, settings.keepAliveConnections > 0 else { return connection.close() }
        // What TLS has decrypted already, no event will show.
        guard !connection.isTLS || connection.isQuiet() else { return connection.close() }
        if idleCount >= settings.keepAliveConnections { closeOldest() }
        connection.state = .idle
        connection.idleSince = client.loop.now
        idle[connection.serverIndex].append(connection)
        idleCount += 1
        if let timer, !timer.isArmed { timer.arm(after: settings.keepAliveIdle) }
    }

    /// Closes everything that waits; connections that come back from now on are closed too.
    public func close() {
        isClosed = true
        timer?.cancel()
        while idleCount > 0 { closeOldest() }
    }

    /// A waiting connection has news: unless it is room to write, or TLS talking to itself, the connection is over.
    func idleConnection(_ connection: WireConnection, became readiness: Readiness) {
        if readiness.contains(.peerClosed) || readiness.contains(.failed) { return connection.close() }
        if readiness.contains(.readable), !connection.isQuiet() { connection.close() }
    }

    /// A waiting connection was closed.
    func forget(_ connection: WireConnection) {
        let server = connection.serverIndex
        guard let place = idle[server].firstIndex(where: { $0 === connection }) else { return }
        idle[server].remove(at: place)
        idleCount -= 1
    }

    /// The server whose oldest waiting connection is the oldest of all; nil when none waits.
    private func serverOfOldest() -> Int? {
        var found: Int?
        var since = UInt64.max
        for server in idle.indices {
            guard let first = idle[server].first, first.idleSince < since else { continue }
            (found, since) = (server, first.idleSince)
        }
        return found
    }

    private func closeOldest() {
        guard let server = serverOfOldest() else { return }
        let connection = idle[server].removeFirst()
        idleCount -= 1
        // No longer the pool's: closing it must not come back here, least of all from `deinit`.
        connection.state = .inUse
        connection.close()
    }

    private func closeExpired() {
        while let server = serverOfOldest(), let oldest = idle[server].first {
            let due = oldest.idleSince + settings.keepAliveIdle
            guard due <= client.loop.now else {
                timer?.arm(after: due - client.loop.now)
                return
            }
            closeOldest()
        }
    }
}
