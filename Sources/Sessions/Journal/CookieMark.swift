/// The last sixteen characters of a cookie's value: enough of its authentication code to tell one version from another.
struct CookieMark: Sendable, Equatable {
    private let high: UInt64
    private let low: UInt64

    /// The mark of no cookie.
    init() {
        high = 0
        low = 0
    }

    /// The mark of the value in a range of bytes.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        var words: (UInt64, UInt64) = (0, 0)
        for place in max(range.lowerBound, range.upperBound - 16)..<range.upperBound {
            words.0 = words.0 << 8 | words.1 >> 56
            words.1 = words.1 << 8 | UInt64(bytes[place])
        }
        (high, low) = words
    }

    /// The mark of a value.
    init(_ value: [UInt8]) {
        self.init(value.span, 0..<value.count)
    }
}
