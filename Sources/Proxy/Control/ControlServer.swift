import Glibc
import LinuxIO

/// Listens for operators on a unix socket that only the gateway's own user may use, on a thread of its own.
///
/// One line a connection, one line back: `ok`, or `error` and why. Who is slower than five seconds is left.
final class ControlServer {
    private static let patience: Int32 = 5000
    /// Between two attempts to take a connection that cannot be taken, in milliseconds.
    private static let pause: Int32 = 100

    private let address: SocketAddress
    /// The end of a pipe: closing it stops the thread.
    private let stopping: Int32
    private let thread: WorkerThread

    /// Listens.
    ///
    /// - Throws: `IOError` when the socket cannot be bound.
    init(_ address: SocketAddress, service: ControlService) throws(IOError) {
        self.address = address
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw IOError("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (stop, stopping) = (ends[0], ends[1])
        self.stopping = stopping
        do throws(IOError) {
            let listener = try Sockets.listen(address, reusePort: false, mode: 0o600, backlog: 16)
            thread = try WorkerThread(name: "control") { Self.serve(listener, until: stop, service) }
        } catch {
            Sockets.close(stop)
            Sockets.close(stopping)
            throw error
        }
    }

    /// Stops to listen and removes the socket.
    func close() {
        // While it is still listened at: else a successor may have put its own there.
        unlink(address.path)
        Sockets.close(stopping)
        thread.join()
    }

    private static func serve(_ listener: Int32, until stop: Int32, _ service: ControlService) {
        defer {
            Sockets.close(listener)
            Sockets.close(stop)
        }
        while wait(for: listener, POLLIN, or: stop, -1) {
            guard case .connection(let descriptor, _) = Sockets.accept(listener) else {
                // Out of descriptors, say: the connection stays where it is until there are some.
                _ = wait(for: -1, 0, or: stop, Self.pause)
                continue
            }
            if let line = readLine(descriptor, or: stop) {
                let refusal =
                    ControlRequest(line: line).map(service.answer) ?? "that is nothing the gateway understands"
                write(refusal.map { "error \($0)\n" } ?? "ok\n", to: descriptor)
            }
            Sockets.close(descriptor)
        }
    }

    /// Whether the descriptor is ready; false when the gateway stops, or after so many milliseconds.
    private static func wait(for descriptor: Int32, _ events: Int32, or stop: Int32, _ limit: Int32) -> Bool {
        var entries = [
            pollfd(fd: descriptor, events: Int16(events), revents: 0),
            pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let count = poll(&entries, 2, limit)
            if count < 0, errno == EINTR { continue }
            return count > 0 && entries[1].revents == 0
        }
    }

    private static func readLine(_ descriptor: Int32, or stop: Int32) -> String? {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: ControlRequest.longestLine)
        while bytes.count <= ControlRequest.longestLine {
            guard wait(for: descriptor, POLLIN, or: stop, patience) else { return nil }
            let count = read(descriptor, &part, part.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return nil }
            bytes += part[..<count]
            if let end = bytes.firstIndex(of: 0x0A) { return String(validating: bytes[..<end], as: UTF8.self) }
        }
        return nil
    }

    private static func write(_ answer: String, to descriptor: Int32) {
        var answer = answer
        // It is shorter than any socket's buffer.
        answer.withUTF8 { _ = Sockets.send(descriptor, UnsafeRawBufferPointer($0)) }
    }
}
