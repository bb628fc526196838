/// Fast and well spread, not secret: for request ids, sampling and jitter.
///
/// The generator is xoshiro256** (Blackman and Vigna, 2018).
public struct FastRandom: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// Begins at a place nobody can guess.
    public init() {
        state = (0, 0, 0, 0)
        repeat {
            withUnsafeMutableBytes(of: &state) { RandomBytes.fill($0) }
        } while state == (0, 0, 0, 0)  // the one state it never leaves
    }

    /// Begins at a known place: for tests.
    ///
    /// All zeros are replaced.
    public init(state: (UInt64, UInt64, UInt64, UInt64)) {
        self.state = state == (0, 0, 0, 0) ? (1, 2, 3, 4) : state
    }

    public mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }
}
