/// Empty buffers waiting to be used again, so that steady traffic asks for no memory.
///
/// Of one thread.
public final class BufferPool {
    private let capacity: Int
    private let keep: Int
    private let account: MemoryAccount?
    private var free: [ByteBuffer] = []
    /// How many were taken and not given back: none when nothing is under way.
    public private(set) var inUse = 0

    /// A pool of buffers of `capacity` bytes (default 16384) that keeps at most `keep` of them (default 256).
    public init(capacity: Int = 16384, keep: Int = 256, account: MemoryAccount? = nil) {
        self.capacity = capacity
        self.keep = keep
        self.account = account
        free.reserveCapacity(keep)
    }

    /// An empty buffer.
    public func take() -> ByteBuffer {
        inUse += 1
        return free.popLast() ?? ByteBuffer(capacity: capacity, account: account)
    }

    /// Takes a buffer back and clears it; one that has grown beyond four times the pool's capacity is let go, and so is
    /// any while memory is tight.
    public func give(_ buffer: ByteBuffer) {
        inUse -= 1
        guard free.count < keep, buffer.capacity <= capacity * 4, account?.isTight != true else { return }
        buffer.clear()
        free.append(buffer)
    }

    /// Lets go of the buffers that wait.
    public func empty() { free.removeAll(keepingCapacity: true) }
}
