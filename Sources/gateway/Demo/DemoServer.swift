import Glibc
import LinuxIO

/// The service's HTTP/1.1 server: blocking sockets and a thread for each connection, on a free port of 127.0.0.1.
final class DemoServer: Sendable {
    /// Where it listens.
    let port: UInt16
    private let descriptor: Int32
    private let answer: @Sendable (DemoRequest) -> DemoResponse

    /// Binds a free port; every request is answered by `answer`.
    /// - Throws: `IOError` when there is none.
    init(answer: @escaping @Sendable (DemoRequest) -> DemoResponse) throws(IOError) {
        guard let anyPort = SocketAddress(parsing: "127.0.0.1:0") else { throw IOError("listen", errno: EINVAL) }
        descriptor = try Sockets.listen(anyPort, reusePort: false)
        guard let bound = Sockets.boundAddress(descriptor) else { throw IOError("getsockname", errno: EINVAL) }
        port = bound.port
        self.answer = answer
        // The gateway's sockets do not block; this one does, and waits in `accept`.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    }

    /// Serves from a thread of its own until the process ends.
    /// - Throws: `IOError` when there can be no more threads.
    func start() throws(IOError) {
        _ = try WorkerThread(name: "demo", stackBytes: Self.stackSize) { self.accept() }
    }

    private static let stackSize = 512 * 1024

    private func accept() {
        while true {
            let connection = Glibc.accept(descriptor, nil, nil)
            if connection < 0 {
                // Out of descriptors, most likely: some come back when connections close.
                usleep(10_000)
                continue
            }
            let answer = answer
            do throws(IOError) {
                _ = try WorkerThread(name: "demo-conn", stackBytes: Self.stackSize) {
                    var conversation = DemoConnection(descriptor: connection)
                    conversation.serve(answer)
                    close(connection)
                }
            } catch {
                close(connection)
            }
        }
    }
}
