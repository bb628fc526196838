/// What a memory store holds, and what it has let go of since it was made.
public struct MemoryFigures: Sendable, Equatable {
    /// How many sessions there are.
    public internal(set) var sessions = 0
    /// How much memory they take, in bytes, as it is reckoned against the store's size.
    public internal(set) var bytes = 0
    /// How many live sessions had to go for want of room.
    public internal(set) var evicted: UInt64 = 0
    /// How many sessions have ended and were removed.
    public internal(set) var ended: UInt64 = 0

    /// Nothing yet.
    init() {}

    static func += (left: inout MemoryFigures, right: MemoryFigures) {
        left.sessions += right.sessions
        left.bytes += right.bytes
        left.evicted += right.evicted
        left.ended += right.ended
    }
}
