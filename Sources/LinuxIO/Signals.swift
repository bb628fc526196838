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

    /// Waits until one of these signals, blocked before, arrives, and returns it; nil when they cannot be waited for.
    public static func wait(for signals: [Int32]) -> Int32? {
        var set = set(of: signals)
        var signal: Int32 = 0
        return sigwait(&set, &signal) == 0 ? signal : nil
    }

    private static func set(of signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
