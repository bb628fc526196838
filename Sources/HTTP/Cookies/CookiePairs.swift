/// Walks the pairs of a Cookie field as servers read it (RFC 6265bis section 4.2): split at `;` and nowhere else, the
/// name up to the first `=`.
///
/// Segments without anything in them are pairs too, so that the segments with the `;` between them are the whole
/// value.
public struct CookiePairs: Sendable {
    private var position = 0

    /// A walk from the first pair.
    public init() {}

    /// The next pair of the value, nil after the last.
    ///
    /// Give the same value each time.
    public mutating func next(_ value: Span<UInt8>) -> CookiePair? {
        guard position <= value.count, !value.isEmpty else { return nil }
        let start = position
        // Names are short, values long, and every request's are walked.
        var equals = start
        while equals < value.count, value[equals] != 0x3B, value[equals] != 0x3D { equals += 1 }
        let end = ByteScan.nextSemicolon(value, from: equals)
        position = end + 1
        guard equals < end else {
            let text = trimmed(value, start..<end)
            return CookiePair(
                segment: start..<end,
                name: text.lowerBound..<text.lowerBound,
                value: text,
                hasName: false
            )
        }
        return CookiePair(
            segment: start..<end,
            name: trimmed(value, start..<equals),
            value: trimmed(value, (equals + 1)..<end),
            hasName: true
        )
    }
}

/// The name a Set-Cookie value gives its cookie, nil for a nameless one (RFC 6265bis section 5.6).
public func setCookieName(_ value: Span<UInt8>) -> Range<Int>? {
    var end = 0
    while end < value.count, value[end] != 0x3D {
        guard value[end] != 0x3B else { return nil }
        end += 1
    }
    guard end < value.count else { return nil }
    let name = trimmed(value, 0..<end)
    return name.isEmpty ? nil : name
}
