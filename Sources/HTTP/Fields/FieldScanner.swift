/// Cuts a field section into lines, one pass over the bytes, resumable at any byte (RFC 9112 section 5).
///
/// ```
/// lineStart ─▶ name ─▶ valueStart ─▶ value ─▶ lineEnd ─▶ lineStart
///     └─▶ sectionEnd ─▶ (end)
/// ```
struct FieldScanner: Sendable {
    enum Step {
        case needMore
        case line(FieldLine)
        case end
    }

    private enum State {
        case lineStart, name, spaceBeforeColon, valueStart, value, lineEnd, sectionEnd
    }

    private var state = State.lineStart
    private var count: UInt32 = 0
    private var nameStart: UInt32 = 0
    private var nameEnd: UInt32 = 0
    private var valueStart: UInt32 = 0
    private var valueEnd: UInt32 = 0
    private let limits: HeadLimits
    /// Responses may have white space before the colon, which is stripped; in requests it is an error.
    private let allowsSpaceBeforeColon: Bool

    init(limits: HeadLimits, allowsSpaceBeforeColon: Bool = false) {
        self.limits = limits
        self.allowsSpaceBeforeColon = allowsSpaceBeforeColon
    }

    mutating func reset() {
        state = .lineStart
        count = 0
    }

    /// Reads on from `position` to the end of the next line.
    ///
    /// `start` is where the section begins in `bytes`.
    mutating func next(_ bytes: Span<UInt8>, from start: Int, at position: inout Int) throws(FieldError) -> Step {
        // Looking no further than the limit makes the outcome the same however the bytes were cut on their way.
        let limit = start + limits.fields
        let bytes = bytes.count > limit ? bytes.extracting(first: limit) : bytes
        var index = position
        defer { position = index }
        while index < bytes.count {
            // A line that is there as a whole falls through from state to state; only a cut one comes back here.
            switch state {
            case .lineStart:
                let byte = bytes[index]
                if byte == .carriageReturn {
                    state = .sectionEnd
                    index += 1
                } else if byte.isToken {
                    guard count < limits.fieldCount else { throw .tooManyLines }
                    count += 1
                    nameStart = UInt32(index)
                    state = .name
                    fallthrough
                } else {
                    throw byte.isWhitespace ? .folded : byte == .lineFeed ? .bareLineFeed : .badName
                }

            case .name:
                index = ByteScan.endOfToken(bytes, from: index)
                guard index < bytes.count else { break }
                nameEnd = UInt32(index)
                let byte = bytes[index]
                guard byte == .colon else {
                    guard byte.isWhitespace else { throw .badName }
                    guard allowsSpaceBeforeColon else { throw .spaceBeforeColon }
                    state = .spaceBeforeColon
                    index += 1
                    break
                }
                state = .valueStart
                index += 1
                fallthrough

            case .valueStart:
                while index < bytes.count, bytes[index].isWhitespace { index += 1 }
                guard index < bytes.count else { break }
                valueStart = UInt32(index)
                state = .value
                fallthrough

            case .value:
                index = ByteScan.endOfFieldContent(bytes, from: index)
                guard index < bytes.count else { break }
                let byte = bytes[index]
                guard byte == .carriageReturn else { throw byte == .lineFeed ? .bareLineFeed : .badValue }
                var end = index
                while end > Int(valueStart), bytes[end - 1].isWhitespace { end -= 1 }
                valueEnd = UInt32(end)
                state = .lineEnd
                index += 1
                guard index < bytes.count else { break }
                fallthrough

            case .lineEnd:
                guard bytes[index] == .lineFeed else { throw .bareCarriageReturn }
                index += 1
                state = .lineStart
                let name = ByteRange(Int(nameStart), Int(nameEnd))
                let id = FieldName.classify(bytes, name)
                return .line(FieldLine(name: name, value: ByteRange(Int(valueStart), Int(valueEnd)), id: id))

            case .spaceBeforeColon:
                let byte = bytes[index]
                guard byte == .colon || byte.isWhitespace else { throw .badName }
                if byte == .colon { state = .valueStart }
                index += 1

            case .sectionEnd:
                guard bytes[index] == .lineFeed else { throw .bareCarriageReturn }
                index += 1
                return .end
            }
        }
        guard index < limit else { throw .tooLarge }
        return .needMore
    }
}

/// Why a field section is refused; each kind of message has errors of its own for it.
enum FieldError: Error {
    case badName, badValue, folded, spaceBeforeColon, bareLineFeed, bareCarriageReturn, tooLarge, tooManyLines
}
