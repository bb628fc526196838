import LinuxIO
import Logging

/// Takes new connections for one worker.
final class Listener: Watcher {
    /// How long it stops to listen when the process has no descriptor left.
    private static let backOff: UInt64 = 100_000_000
    /// Connections taken in one go, so that the ones already there get their turn.
    private static let batch = 64
    /// How seldom a lack of descriptors is said again, in nanoseconds.
    private static let complaintInterval: UInt64 = 10_000_000_000

    private unowned(unsafe) let worker: Worker
    private let isShared: Bool
    private lazy var retry = Timer(worker.loop) { [unowned self] in listen() }
    private var listening: Int32
    private var nextComplaint: UInt64 = 0

    /// - Parameter isShared: whether other workers wait on the same socket (unix sockets have no `SO_REUSEPORT`).
    init(worker: Worker, descriptor: Int32, isShared: Bool) {
        self.worker = worker
        self.isShared = isShared
        listening = descriptor
    }

    func listen() {
        guard listening >= 0 else { return }
        do throws(IOError) {
            try worker.loop.watchLevel(
                self,
                descriptor: listening,
                readable: true,
                writable: false,
                exclusive: isShared
            )
        } catch {
            // Without memory, or with too much that is watched: later there may be room.
            complain("cannot wait for connections", ["error": "\(error)"])
            retry.arm(after: Self.backOff)
        }
    }

    override func ready(_ readiness: Readiness) {
        for _ in 0..<Self.batch {
            switch Sockets.accept(listening) {
            case .connection(let descriptor, let peer):
                worker.accept(descriptor, peer)
            case .wouldBlock, .failed:
                return
            case .exhausted(let error):
                // Level-triggered: without a pause the loop would spin until a descriptor is free.
                complain(
                    "no descriptor left for a connection",
                    ["errno": "\(error)", "limit": "\(DescriptorLimit.current)"]
                )
                worker.loop.unwatch(self)
                retry.arm(after: Self.backOff)
                return
            }
        }
    }

    private func complain(_ what: Logger.Message, _ details: Logger.Metadata) {
        guard worker.loop.now >= nextComplaint else { return }
        nextComplaint = worker.loop.now + Self.complaintInterval
        worker.logger.warning(what, metadata: details)
    }

    func close() {
        retry.cancel()
        guard listening >= 0 else { return }
        worker.loop.unwatch(self)
        Sockets.close(listening)
        listening = -1
    }
}
