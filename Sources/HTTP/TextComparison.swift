/// Whether two byte strings are equal but for the case of ASCII letters.
public func equalsIgnoringCase(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    for index in a.indices where a[index] != b[index] && a[index].lowercased != b[index].lowercased { return false }
    return true
}

/// Whether bytes are a text but for the case of ASCII letters.
///
/// A literal costs no allocation.
public func equalsIgnoringCase(_ a: Span<UInt8>, _ b: String) -> Bool {
    equalsIgnoringCase(a, b.utf8Span.span)
}

/// Whether two byte strings are the same bytes.
public func equals(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    for index in a.indices where a[index] != b[index] { return false }
    return true
}

/// Whether bytes are those of an array.
public func equals(_ a: Span<UInt8>, _ b: [UInt8]) -> Bool { equals(a, b.span) }

/// Whether bytes are a token, as names of fields, methods and protocols are (RFC 9110 section 5.6.2).
public func isToken(_ bytes: Span<UInt8>) -> Bool {
    !bytes.isEmpty && ByteScan.endOfToken(bytes, from: 0) == bytes.count
}
