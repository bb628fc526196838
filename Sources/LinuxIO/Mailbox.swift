import CLinux
import Glibc
import Synchronization

/// The one door between threads: values posted by any thread, received on the thread of one loop.
public final class Mailbox<Message: Sendable>: Sendable {
    private let waiting = Mutex<[Message]>([])
    let descriptor: Int32

    /// An empty mailbox.
    ///
    /// - Throws: ``IOError`` when the process has no descriptors left.
    public init() throws(IOError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard descriptor >= 0 else { throw IOError("eventfd") }
    }

    deinit { close(descriptor) }

    /// Hands a message over; wakes the receiving loop.
    ///
    /// Messages of one thread arrive in their order.
    public func post(_ message: Message) {
        let first = waiting.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        // The receiver empties the box whole, so only a message into an empty one needs to wake it.
        if first { eventfd_write(descriptor, 1) }
    }

    func takeAll() -> [Message] {
        var unused: eventfd_t = 0
        // Before the box is emptied: a message posted between the two wakes the loop again.
        eventfd_read(descriptor, &unused)
        return waiting.withLock { messages in
            let taken = messages
            messages = []
            return taken
        }
    }
}
