/// The normal forms of a path, by which routes are chosen (RFC 3986 section 6.2.2).
///
/// Origins read paths differently. A path that means one route in its conservative form and another in its aggressive
/// one is a trap; comparing the two tells. Nearly every path is plain and has no need of either.
public struct NormalPath: Sendable {
    /// What a path is.
    public enum Shape: Sendable, Equatable {
        /// The path as it came is its normal form, and no reader sees another one.
        case plain
        /// The two normal forms are made.
        case normalized
        /// The path has no form to rely on.
        case refused(PathError)
    }

    /// The path with dot segments resolved, escapes of unreserved characters decoded and the other escapes in
    /// capitals.
    ///
    /// Escaped slashes stay escaped, empty segments stay. Only after `.normalized`.
    public private(set) var conservative: [UInt8] = []
    /// The path as the most liberal origin could read it: every escape decoded once, `\` as `/`, slashes merged, the
    /// parameters of segments cut off, dot segments resolved.
    ///
    /// Only after `.normalized`.
    public private(set) var aggressive: [UInt8] = []

    /// Memory for the forms of any number of paths, one after another.
    public init() {}

    /// Reads a path (without its query) and makes its normal forms if it is not plain.
    public mutating func read(_ path: Span<UInt8>) -> Shape {
        guard !path.isEmpty, path[0] == .slash else { return .refused(.notAbsolute) }
        if Self.isPlain(path) { return .plain }
        conservative.removeAll(keepingCapacity: true)
        aggressive.removeAll(keepingCapacity: true)
        do throws(PathError) {
            try normalize(path)
            return .normalized
        } catch {
            return .refused(error)
        }
    }

    private static func isPlain(_ path: Span<UInt8>) -> Bool {
        var isSegmentStart = false
        for index in path.indices {
            let byte = path[index]
            switch byte {
            case .slash:
                if isSegmentStart { return false }
                isSegmentStart = true
                continue
            case 0x25, 0x3B, 0x5C:
                return false
            case 0x2E:
                if isSegmentStart, isDotSegment(path, index) { return false }
            default:
                guard mayStandInSegment(byte) else { return false }
            }
            isSegmentStart = false
        }
        return true
    }

    /// Whether a byte needs no escape in a segment: `pchar` but `%` and `;` (RFC 3986 section 3.3).
    ///
    /// Others that a client sends as they are (`|`, `[`) some origins escape.
    private static func mayStandInSegment(_ byte: UInt8) -> Bool {
        let bytes: UInt64 = byte < 64 ? 0x27FF_FFD2_0000_0000 : 0x47FF_FFFE_87FF_FFFF
        return byte < 128 && bytes >> UInt64(byte & 63) & 1 == 1
    }

    private static func isDotSegment(_ path: Span<UInt8>, _ start: Int) -> Bool {
        var end = start
        while end < path.count, path[end] == 0x2E { end += 1 }
        return end - start <= 2 && (end == path.count || path[end] == .slash)
    }

    private mutating func normalize(_ path: Span<UInt8>) throws(PathError) {
        var careful = SegmentWriter()
        var liberal = SegmentWriter()
        // Behind a `;` an aggressive segment is cut, to its end.
        var isCut = false
        var previous: UInt8 = 0
        var index = 0
        while index < path.count {
            let byte = path[index]
            let decoded = byte == 0x25 ? try Self.decode(path, index) : byte
            let isEscaped = byte == 0x25
            guard decoded >= 0x20, decoded != 0x7F else { throw .controlByte }
            guard byte != 0x5C else { throw .backslash }
            if decoded & 0xC0 == 0x80 {
                // Two, three or four bytes for what takes fewer.
                let isOverlong =
                    previous & 0xFE == 0xC0 || previous == 0xE0 && decoded < 0xA0 || previous == 0xF0 && decoded < 0x90
                guard !isOverlong else { throw .overlongEncoding }
            }
            previous = decoded

            if byte == .slash {
                if try careful.endSegment(of: &conservative) { conservative.append(.slash) }
                careful.beginSegment(of: conservative)
            } else if isEscaped, !decoded.isUnreserved {
                conservative.append(0x25)
                conservative.append(Self.digit(decoded >> 4))
                conservative.append(Self.digit(decoded & 15))
            } else {
                conservative.append(decoded)
            }

            if decoded == .slash || decoded == 0x5C {
                isCut = false
                if try liberal.endSegment(of: &aggressive), aggressive.last != .slash { aggressive.append(.slash) }
                liberal.beginSegment(of: aggressive)
            } else if decoded == 0x3B {
                isCut = true
            } else if !isCut {
                aggressive.append(decoded)
            }
            index += isEscaped ? 3 : 1
        }
        _ = try careful.endSegment(of: &conservative)
        _ = try liberal.endSegment(of: &aggressive)
    }

    private static func decode(_ path: Span<UInt8>, _ index: Int) throws(PathError) -> UInt8 {
        guard index + 2 < path.count, let high = path[index + 1].hexadecimalValue,
            let low = path[index + 2].hexadecimalValue
        else { throw .malformedEscape }
        return high << 4 | low
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }
}

/// Resolves dot segments in an array while it is written (RFC 3986 section 5.2.4).
private struct SegmentWriter {
    /// Where the segment being written begins, behind its slash.
    private var start = 0

    mutating func beginSegment(of output: [UInt8]) {
        start = output.count
    }

    /// Takes the segment back if it is a dot segment, and the one before it for two dots.
    ///
    /// True if it stays; else what is left ends in a slash already.
    mutating func endSegment(of output: inout [UInt8]) throws(PathError) -> Bool {
        let count = output.count - start
        guard start > 0, count == 1 || count == 2, output[start] == 0x2E, output[output.count - 1] == 0x2E else {
            return true
        }
        if count == 2 {
            var end = start - 1
            guard end > 0 else { throw .aboveRoot }
            while end > 0, output[end - 1] != .slash { end -= 1 }
            guard end > 0 else { throw .aboveRoot }
            start = end
        }
        output.removeSubrange(start...)
        return false
    }
}
