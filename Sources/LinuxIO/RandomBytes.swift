import CLinux
import Glibc

/// Unpredictable bytes from the kernel.
public enum RandomBytes {
    /// Fills the room; ends the process when the kernel has no randomness to give, which it does not survive honestly.
    public static func fill(_ room: UnsafeMutableRawBufferPointer) {
        var filled = 0
        while filled < room.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: room[filled...])
            let count = getrandom(rest.baseAddress, rest.count, 0)
            if count > 0 {
                filled += count
            } else if errno != EINTR {
                fatalError("getrandom: error \(errno)")
            }
        }
    }
}
