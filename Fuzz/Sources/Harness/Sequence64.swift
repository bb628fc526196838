/// Numbers that look random and depend on the input alone, so that a crash happens again (SplitMix64).
public struct Sequence64: RandomNumberGenerator {
    private var state: UInt64

    /// The sequence that belongs to these bytes.
    public init(seededBy bytes: Span<UInt8>) {
        // FNV-1a: a change of any byte changes the sequence.
        state = 0xcbf2_9ce4_8422_2325
        for index in bytes.indices { state = (state ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
