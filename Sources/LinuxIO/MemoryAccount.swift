/// How much memory the buffers of one thread hold together, and how much they should.
///
/// It forbids nothing: who would ask for more looks here first.
public final class MemoryAccount {
    /// The bytes that all buffers of this account have room for.
    public internal(set) var bytes = 0
    /// What they should have room for at most, in bytes; default no limit.
    public var limit: Int {
        didSet { tightness = limit == .max ? .max : limit - limit / 4 }
    }
    private var tightness = Int.max

    /// An account of no buffers.
    public init(limit: Int = .max) {
        self.limit = limit
        tightness = limit == .max ? .max : limit - limit / 4
    }

    /// Whether three quarters of the limit are used: whatever can wait should.
    public var isTight: Bool { bytes >= tightness }

    /// Whether nothing new should be begun.
    public var isFull: Bool { bytes >= limit }
}
