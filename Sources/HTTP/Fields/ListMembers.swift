/// Walks the members of a comma-separated field value (RFC 9110 section 5.6.1), white space trimmed.
///
/// Empty members are members: whether they are an error is for the field to say.
public struct ListMembers: Sendable {
    private var position = 0

    /// A walk from the first member on.
    public init() {}

    /// The next member of the same value, nil after the last.
    public mutating func next(_ value: Span<UInt8>) -> Range<Int>? {
        // One beyond the end is where the walk is over: a trailing comma has an empty member behind it.
        guard position <= value.count else { return nil }
        var end = position
        while end < value.count, value[end] != 0x2C { end += 1 }
        let member = trimmed(value, position..<end)
        position = end + 1
        return member
    }
}

/// A range without the white space at both its ends (RFC 9110 section 5.6.3).
public func trimmed(_ value: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, value[lower].isWhitespace { lower += 1 }
    while upper > lower, value[upper - 1].isWhitespace { upper -= 1 }
    return lower..<upper
}

/// Whether a comma-separated list has a member, whatever its case (RFC 9110 section 5.6.1).
///
/// A member with parameters (`trailers;q=1`) is another member.
public func fieldListContains(_ value: Span<UInt8>, _ token: Span<UInt8>) -> Bool {
    var members = ListMembers()
    while let member = members.next(value) {
        if equalsIgnoringCase(value.extracting(member), token) { return true }
    }
    return false
}

/// Whether a comma-separated list has a member, whatever its case.
///
/// A literal costs no allocation.
public func fieldListContains(_ value: Span<UInt8>, _ token: String) -> Bool {
    fieldListContains(value, token.utf8Span.span)
}
