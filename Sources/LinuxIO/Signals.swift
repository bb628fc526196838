import CLinux
import Glibc

/// Signals, received by the main thread as values and by no handler.
public enum Signals {
    /// Writing to a closed connection is an error of that call, not the end of the process.
    public static func ignoreBrokenPipe() { signal(SIGPIPE, SIG_IGN) }

    /// Holds these signals back from the calling thread and those it starts: call it first in `main`.
    public static func block(_ signals: [Int32]) {
        var set = set(of: signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits until one of these signals, blocked before, arrives, and returns it; nil when the time is over first.
    ///
    /// - Parameter timeoutNanoseconds: how long to wait at most; without it, for ever.
    public static func wait(for signals: [Int32], timeoutNanoseconds: UInt64? = nil) -> Int32? {
        var set = set(of: signals)
        guard let timeoutNanoseconds else {
            var signal: Int32 = 0
            return sigwait(&set, &signal) == 0 ? signal : nil
        }
        var time = timespec(
            tv_sec: Int(timeoutNanoseconds / 1_000_000_000),
            tv_nsec: Int(timeoutNanoseconds % 1_000_000_000)
        )
        let signal = sigtimedwait(&set, nil, &time)
        return signal > 0 ? signal : nil
    }

    private static func set(of signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
