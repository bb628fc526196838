/// Cuts a request line into its three parts, one pass over the bytes, resumable at any byte (RFC 9112 section 3).
///
/// ```
/// start ─▶ method ─▶ target ─▶ version ─▶ lineEnd ─▶ (complete)
///   └▶ emptyLineEnd ─▶ start, once
/// ```
struct RequestLineScanner: Sendable {
    private enum State {
        case start, emptyLineEnd, method, target, version, lineEnd
    }

    private var state = State.start
    private var isEmptyLineSkipped = false
    private(set) var start = 0
    private(set) var methodEnd = 0
    private(set) var targetEnd = 0
    /// Where the first `?` is, if there is one.
    private(set) var questionMark: Int?
    private let limit: Int

    /// The longest method known to any registry has 17 bytes.
    private static var methodLimit: Int { 32 }
    private static var versionCount: Int { 8 }

    init(limit: Int) {
        self.limit = limit
    }

    mutating func reset() {
        self = RequestLineScanner(limit: limit)
    }

    var method: ByteRange { ByteRange(start, methodEnd) }
    var target: ByteRange { ByteRange(methodEnd + 1, targetEnd) }
    /// Where `HTTP/x.y` begins.
    var version: Int { targetEnd + 1 }

    /// Reads on from `position`; true when it is behind the line.
    mutating func next(_ bytes: Span<UInt8>, at position: inout Int) throws(RequestError) -> Bool {
        var index = position
        defer { position = index }
        while index < bytes.count {
            // Looking no further than the limit makes the outcome the same however the bytes were cut on their way.
            let end = min(bytes.count, start + limit + 2)
            guard index < end else { throw .requestLineTooLong }
            switch state {
            case .start:
                let byte = bytes[index]
                if byte == .carriageReturn {
                    guard !isEmptyLineSkipped else { throw .repeatedEmptyLine }
                    state = .emptyLineEnd
                    index += 1
                } else {
                    guard byte.isToken else { throw byte == .lineFeed ? .bareLineFeed : .malformedMethod }
                    state = .method
                }

            case .emptyLineEnd:
                guard bytes[index] == .lineFeed else { throw .bareCarriageReturn }
                index += 1
                start = index
                isEmptyLineSkipped = true
                state = .start

            case .method:
                let methodBound = min(end, start + Self.methodLimit + 1)
                while index < methodBound, bytes[index].isToken { index += 1 }
                guard index - start <= Self.methodLimit else { throw .methodTooLong }
                guard index < end else { break }
                guard bytes[index] == .space else { throw .malformedMethod }
                methodEnd = index
                index += 1
                state = .target

            case .target:
                index = ByteScan.endOfTarget(end < bytes.count ? bytes.extracting(first: end) : bytes, from: index)
                guard index < end else { break }
                let byte = bytes[index]
                if byte == 0x3F {
                    if questionMark == nil { questionMark = index }
                } else {
                    guard byte == .space, index > methodEnd + 1 else { throw .malformedTarget }
                    targetEnd = index
                    state = .version
                }
                index += 1

            case .version:
                // Nearly always the next eight bytes are `HTTP/1.1`.
                if index == version, end - index >= 8, ByteScan.load(bytes, index, count: 8) == 0x312E_312F_5054_5448 {
                    index += Self.versionCount
                    break
                }
                let offset = index - version
                guard offset < Self.versionCount else {
                    guard bytes[index] == .carriageReturn else { throw .malformedVersion }
                    state = .lineEnd
                    index += 1
                    break
                }
                guard isVersionByte(bytes[index], at: offset) else { throw .malformedVersion }
                index += 1

            case .lineEnd:
                guard bytes[index] == .lineFeed else { throw .bareCarriageReturn }
                index += 1
                return true
            }
        }
        guard index < start + limit + 2 else { throw .requestLineTooLong }
        return false
    }

    /// Whether the byte fits `HTTP/x.y`.
    private func isVersionByte(_ byte: UInt8, at offset: Int) -> Bool {
        switch offset {
        case 0: byte == UInt8(ascii: "H")
        case 1, 2: byte == UInt8(ascii: "T")
        case 3: byte == UInt8(ascii: "P")
        case 4: byte == .slash
        case 6: byte == UInt8(ascii: ".")
        default: byte.isDigit
        }
    }
}
