/// Empty buffers waiting to be used again, so that steady traffic asks for no memory.
///
/// Of one thread.
public final class BufferPool {
    private let capacity: Int
    private let keep: Int
    private var free: [ByteBuffer] = []
    /// How many were taken and not given back: none when nothing is under way.
    public private(set) var inUse = 0

    /// A pool of buffers of `capacity` bytes (default 16384) that keeps at most `keep` of them (default 256).
    public init(capacity: Int = 16384, keep: Int = 256) {
        self.capacity = capacity
        self.keep = keep
        free.reserveCapacity(keep)
    }

    /// An empty buffer.
    public func take() -> ByteBuffer {
        inUse += 1
        return free.popLast() ?? ByteBuffer(capacity: capacity)
    }

    /// Takes a buffer back and clears it; one that has grown beyond four times the pool's capacity is let go.
    public func give(_ buffer: ByteBuffer) {
        inUse -= 1
        guard free.count < keep, buffer.capacity <= capacity * 4 else { return }
        buffer.clear()
        free.append(buffer)
    }
}
