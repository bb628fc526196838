import CLinux
import Glibc
import Synchronization

/// A thread of its own for a loop.
public final class WorkerThread: Sendable {
    /// What the thread is to do, on its way there.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let thread: pthread_t
    private let joined = Mutex(false)

    /// Starts a thread that runs `body` and ends.
    ///
    /// - Parameters:
    ///   - name: what `top` and debuggers show; 15 bytes of it.
    ///   - stackBytes: by default 4 MiB, of which only what is touched takes memory.
    /// - Throws: ``IOError`` when the process may have no more threads.
    public init(name: String, stackBytes: Int = 4 << 20, _ body: @escaping @Sendable () -> Void) throws(IOError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackBytes)
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                linux_name_thread(String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
                start.body()
                return nil
            },
            start.toOpaque()
        )
        guard result == 0 else {
            start.release()
            throw IOError("pthread_create", errno: result)
        }
        self.thread = thread
    }

    deinit { if joined.withLock({ !$0 }) { pthread_detach(thread) } }

    /// Waits until the thread has ended; at once when somebody has waited already.
    public func join() {
        let first = joined.withLock { joined in
            defer { joined = true }
            return !joined
        }
        if first { pthread_join(thread, nil) }
    }
}
