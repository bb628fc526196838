/// Reads a status line, one pass over the bytes, resumable at any byte (RFC 9112 section 4).
///
/// What is not the beginning of one is refused with its first wrong byte: a server that speaks another protocol is
/// seen at once.
struct StatusLineScanner: Sendable {
    private enum State {
        case prefix, reason, lineEnd
    }

    private var state = State.prefix
    private(set) var reasonStart = 0
    private(set) var reasonEnd = 0
    private let limit: Int

    /// The bytes of `HTTP/1.1 200`.
    private static var prefixCount: Int { 12 }

    init(limit: Int) {
        self.limit = limit
    }

    mutating func reset() {
        state = .prefix
        reasonStart = 0
        reasonEnd = 0
    }

    /// Reads on from `position`; true when it is behind the line.
    mutating func next(_ bytes: Span<UInt8>, at position: inout Int) throws(ResponseError) -> Bool {
        let bytes = bytes.count > limit + 2 ? bytes.extracting(first: limit + 2) : bytes
        var index = position
        defer { position = index }
        while index < bytes.count {
            switch state {
            case .prefix:
                if index < Self.prefixCount {
                    guard isPrefixByte(bytes[index], at: index) else { throw .malformedStatusLine }
                    index += 1
                } else if bytes[index] == .carriageReturn {
                    reasonStart = index
                    reasonEnd = index
                    state = .lineEnd
                    index += 1
                } else {
                    guard bytes[index] == .space else { throw .malformedStatusLine }
                    index += 1
                    reasonStart = index
                    state = .reason
                }

            case .reason:
                index = ByteScan.endOfFieldContent(bytes, from: index)
                guard index < bytes.count else { break }
                guard bytes[index] == .carriageReturn else {
                    throw bytes[index] == .lineFeed ? .bareLineFeed : .malformedStatusLine
                }
                reasonEnd = index
                state = .lineEnd
                index += 1

            case .lineEnd:
                guard bytes[index] == .lineFeed else { throw .bareCarriageReturn }
                index += 1
                return true
            }
        }
        guard index < limit + 2 else { throw .statusLineTooLong }
        return false
    }

    /// Whether the byte fits `HTTP/1.x`, SP and three digits.
    private func isPrefixByte(_ byte: UInt8, at offset: Int) -> Bool {
        switch offset {
        case 0: byte == UInt8(ascii: "H")
        case 1, 2: byte == UInt8(ascii: "T")
        case 3: byte == UInt8(ascii: "P")
        case 4: byte == .slash
        case 5: byte == UInt8(ascii: "1")
        case 6: byte == UInt8(ascii: ".")
        case 7: byte | 1 == UInt8(ascii: "1")
        case 8: byte == .space
        default: byte.isDigit
        }
    }
}
