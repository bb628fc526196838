import Glibc

/// A system call that failed: which one, and the kernel's reason.
public struct IOError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was tried, as a person would say it: `bind 0.0.0.0:80`.
    public let operation: String
    /// The kernel's error number, `EADDRINUSE` and the like.
    public let errno: Int32

    /// An error with the given number.
    public init(_ operation: String, errno: Int32) {
        self.operation = operation
        self.errno = errno
    }

    /// The calling thread's last error, read before the text is made, which may set another.
    public init(_ operation: @autoclosure () -> String) {
        let errno = Glibc.errno
        self.init(operation(), errno: errno)
    }

    /// As in `bind 0.0.0.0:80: Address already in use`.
    public var description: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { text in
            guard let start = text.baseAddress, strerror_r(errno, start, text.count) == 0 else {
                return "\(operation): error \(errno)"
            }
            return "\(operation): \(String(cString: start))"
        }
    }
}
