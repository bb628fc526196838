import Glibc
import LinuxIO

/// The one place all upstreams of the route file are at: a unix socket that the fuzzer itself listens on.
struct Service: Sendable {
    /// Where it is; nobody is at `<path>.dead`.
    let path: String
    private let listener: Int32

    init() {
        path = "/tmp/gateway-fuzz-\(getpid()).sock"
        do throws(IOError) {
            listener = try Sockets.listen(SocketAddress(unixPath: path), reusePort: false)
        } catch {
            fatalError("the fuzzer cannot listen: \(error)")
        }
        atexit { unlink(service.path) }
    }

    /// The next connection of the gateway's; nil when none waits.
    func accept() -> Peer? {
        guard case .connection(let descriptor, _) = Sockets.accept(listener) else { return nil }
        return Peer(descriptor)
    }
}

/// One for the whole run: what is left of one input in its queue is thrown away before the next.
let service = Service()
