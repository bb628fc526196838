import LinuxIO

/// How long to wait after a failure: twice as long each time up to a limit, and never all workers at once.
struct RedisPause {
    private let first: UInt64
    private let longest: UInt64
    private var current: UInt64
    private var random = FastRandom()

    init(first: UInt64, longest: UInt64) {
        self.first = first
        self.longest = longest
        current = first
    }

    /// The pause to make now, in nanoseconds: between half of this step and the whole.
    mutating func next() -> UInt64 {
        let step = current
        current = min(longest, current * 2)
        return step / 2 + UInt64.random(in: 0...step / 2, using: &random)
    }

    /// It works again.
    mutating func reset() { current = first }
}
