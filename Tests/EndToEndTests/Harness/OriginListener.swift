import Glibc

/// A listening socket the test accepts from itself, when it wants to drive both ends in its own order.
final class OriginListener {
    let endpoint: Endpoint
    let descriptor: Int32
    private var isOpen = true

    /// Listens on loopback, on a port of the kernel's choice unless one is given.
    init(_ wanted: Endpoint = .ipv4(port: 0), backlog: Int32 = 128) throws(HarnessError) {
        descriptor = socket(wanted.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system("socket", errno: errno) }
        let fd = descriptor
        var one: Int32 = 1
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard wanted.withSocketAddress({ bind(fd, $0, $1) }) == 0 else { throw .system("bind", errno: errno) }
        guard listen(fd, backlog) == 0 else { throw .system("listen", errno: errno) }
        switch wanted {
        case .ipv4: endpoint = .ipv4(port: Endpoint.boundPort(fd))
        case .ipv6: endpoint = .ipv6(port: Endpoint.boundPort(fd))
        case .unix: endpoint = wanted
        }
    }

    deinit { close() }

    /// As `servers:` in the route file names it.
    var url: String { endpoint.url }

    /// Whether somebody has connected and was not accepted yet.
    var hasConnectionWaiting: Bool { Self.isReadable(descriptor, milliseconds: 0) }

    /// The next connection.
    func accept(_ deadline: Deadline = Deadline()) throws(HarnessError) -> Wire {
        guard Self.isReadable(descriptor, milliseconds: deadline.milliseconds) else {
            throw .timeout("a connection to \(endpoint)")
        }
        let accepted = Descriptors.accept(descriptor)
        guard accepted >= 0 else { throw .system("accept", errno: errno) }
        return Wire(accepted)
    }

    /// From now on connections are refused.
    func close() {
        guard isOpen else { return }
        isOpen = false
        _ = Glibc.close(descriptor)
    }

    /// Gives the socket away; the listener no longer closes it.
    func release() -> Int32 {
        isOpen = false
        return descriptor
    }

    static func isReadable(_ descriptor: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// A port of loopback nobody listens on: bound once and given back.
    static func unusedPort() throws(HarnessError) -> Endpoint {
        let listener = try OriginListener()
        defer { listener.close() }
        return listener.endpoint
    }
}
