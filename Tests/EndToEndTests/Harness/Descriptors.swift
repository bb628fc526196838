import Glibc
import Synchronization

/// Descriptors no child inherits: another test's gateway must not keep this test's sockets open.
///
/// `accept4` and `pipe2` are not in the `Glibc` module, so a lock stands between making a descriptor, marking it, and starting
/// a child.
enum Descriptors {
    private static let lock = Mutex(())

    /// Runs `body` while no descriptor is unmarked.
    static func exclusively<Result: Sendable>(_ body: () -> Result) -> Result {
        lock.withLock { _ in body() }
    }

    /// A pipe's two ends.
    static func pipe() throws(HarnessError) -> (read: Int32, write: Int32) {
        let ends: [Int32] = exclusively {
            var ends: [Int32] = [-1, -1]
            guard Glibc.pipe(&ends) == 0 else { return [] }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return ends
        }
        guard ends.count == 2 else { throw .system("pipe", errno: errno) }
        return (ends[0], ends[1])
    }

    /// Two sockets that are connected to each other.
    static func socketPair() throws(HarnessError) -> (ours: Int32, theirs: Int32) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .system("socketpair", errno: errno) }
        return (ends[0], ends[1])
    }

    /// The next connection of a listener that is ready; negative when there is none.
    static func accept(_ listener: Int32) -> Int32 {
        exclusively {
            let accepted = Glibc.accept(listener, nil, nil)
            if accepted >= 0 { _ = fcntl(accepted, F_SETFD, FD_CLOEXEC) }
            return accepted
        }
    }
}
