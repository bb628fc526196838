import LinuxIO

/// A connection that is turned away: an answer at once, without reading what it asks.
///
/// It stays a little, because closing with unread bytes would reset the connection and take the answer away (RFC 9112
/// §9.6). It owns nothing but its descriptor; a worker has only so many.
final class Refusal: Watcher {
    /// Why, and the whole answer.
    enum Reason {
        /// `limits.connections` or `limits.memory`: nobody's fault.
        case overload
        /// `limits.per_address`: this client's.
        case tooManyOfOneAddress

        var answer: StaticString {
            switch self {
            case .overload:
                "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            case .tooManyOfOneAddress:
                "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            }
        }
    }

    /// How many of one worker stay at a time; others are closed at once.
    static let mostAtOnce = 256

    private unowned(unsafe) let worker: Worker
    private var left = ClientConnection.discardLimit
    private lazy var timer = Timer(worker.loop) { [unowned self] in close() }

    init(worker: Worker) {
        self.worker = worker
        super.init()
    }

    /// Answers, and waits for the client to close.
    func begin(_ descriptor: Int32, _ reason: Reason) {
        let answer = UnsafeRawBufferPointer(start: reason.answer.utf8Start, count: reason.answer.utf8CodeUnitCount)
        // A new connection has room for these few bytes.
        _ = Sockets.send(descriptor, answer)
        Sockets.shutdownWrite(descriptor)
        guard worker.refusals < Self.mostAtOnce, (try? worker.loop.watch(self, descriptor: descriptor)) != nil else {
            Sockets.close(descriptor)
            return
        }
        worker.refusals += 1
        timer.arm(after: ClientConnection.lingerTime)
    }

    override func ready(_ readiness: Readiness) {
        while descriptor >= 0 {
            switch Sockets.receive(descriptor, into: worker.clientScratch) {
            case .bytes(let count) where count < left: left -= count
            case .wouldBlock: return
            case .bytes, .closed, .failed: close()
            }
        }
    }

    private func close() {
        timer.cancel()
        guard descriptor >= 0 else { return }
        let descriptor = self.descriptor
        worker.refusals -= 1
        worker.loop.unwatch(self)
        Sockets.close(descriptor)
    }
}
