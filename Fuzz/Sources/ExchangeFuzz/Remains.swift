@testable import LinuxIO
@testable import Proxy

/// What must not be there any more once a play is over.
struct Remains {
    private weak var worker: Worker?
    private weak var loop: EventLoop?

    init(_ worker: Worker) {
        self.worker = worker
        loop = worker.loop
    }

    var areGone: Bool { worker == nil && loop == nil }
}
