import Glibc
import LinuxIO
import Synchronization

/// Standard output, shared by the workers: whole lines, never mixed.
final class LogOutput: Sendable {
    private let descriptor: Mutex<Int32>

    init(descriptor: Int32 = STDOUT_FILENO) {
        self.descriptor = Mutex(descriptor)
    }

    /// Writes all of it.
    ///
    /// A log that cannot be written is lost, the request it is about is not.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        descriptor.withLock { descriptor in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
