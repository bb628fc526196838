/// Unpredictable numbers from the kernel, eight to a system call: for ids, nonces and secrets.
public struct SystemRandom: RandomNumberGenerator {
    private static let count = 8
    private var numbers: [8 of UInt64] = .init(repeating: 0)
    private var left = 0

    /// A source that asks the kernel when it is first used.
    public init() {}

    /// 64 random bits; each is handed out once and forgotten.
    public mutating func next() -> UInt64 {
        if left == 0 { refill() }
        left -= 1
        let number = numbers[left]
        numbers[left] = 0
        return number
    }

    private mutating func refill() {
        withUnsafeMutableBytes(of: &numbers) { RandomBytes.fill($0) }
        left = Self.count
    }
}
