import LinuxIO

extension EventLoop {
    /// Takes turns until something has happened; false when it has not within five seconds.
    func turn(until happened: () -> Bool) -> Bool {
        let limit = now + 5_000_000_000
        while !happened() {
            guard now < limit else { return false }
            runOnce(timeoutNanoseconds: 50_000_000)
        }
        return true
    }
}

/// A watcher whose reaction a test writes down where it needs it.
final class Probe: Watcher {
    var seen: [Readiness] = []
    var react: (Readiness) -> Void = { _ in }

    override func ready(_ readiness: Readiness) {
        seen.append(readiness)
        react(readiness)
    }
}
