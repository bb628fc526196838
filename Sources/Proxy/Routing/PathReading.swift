/// One of the ways in which an origin may read a path.
///
/// The two forms of `HTTP.NormalPath` are the ends of a scale; an origin may do some of these things and not others,
/// and a path with more than one peculiarity means something else to each (rule T5). Double decoding is not among them.
struct PathReading: OptionSet, Sendable {
    let rawValue: UInt8

    /// Escapes are decoded, but for those of slashes.
    static let decodes = PathReading(rawValue: 1)
    /// `%2F` and `%5C` are slashes; with `decodes` only.
    static let decodesSlashes = PathReading(rawValue: 2)
    /// Slashes in a row are one.
    static let merges = PathReading(rawValue: 4)
    /// What follows a `;` in a segment is cut off.
    static let cuts = PathReading(rawValue: 8)
    /// `.` and `..` are resolved, after everything else.
    static let resolves = PathReading(rawValue: 16)

    /// Everything by which readings of a path could differ; empty for nearly every path.
    static func peculiarities(of path: Span<UInt8>) -> PathReading {
        var found: PathReading = []
        var isSegmentStart = false
        for index in path.indices {
            let (byte, isEscape) = byte(path, index)
            if isEscape { found.insert(.decodes) }
            let isSlash = byte == slash || (isEscape && byte == 0x5c)
            if isSlash, isEscape { found.insert(.decodesSlashes) }
            if isSlash, isSegmentStart { found.insert(.merges) }
            // A segment that is cut to nothing leaves two slashes.
            if byte == UInt8(ascii: ";") { found.formUnion([.cuts, .merges]) }
            if byte == UInt8(ascii: "."), isSegmentStart { found.insert(.resolves) }
            isSegmentStart = isSlash
        }
        return found
    }

    /// Whether two origins could differ by more than the two normal forms show.
    var isManifold: Bool { !isDisjoint(with: [.decodesSlashes, .merges, .cuts, .resolves]) }

    /// Calls `body` for every combination of these peculiarities until it returns false; true if it never did.
    func allReadings(_ body: (PathReading) -> Bool) -> Bool {
        for bits in 0..<(UInt8(1) << 5) {
            let reading = PathReading(rawValue: bits)
            if !isSuperset(of: reading) { continue }
            if reading.contains(.decodesSlashes), !reading.contains(.decodes) { continue }
            guard body(reading) else { return false }
        }
        return true
    }

    /// Replaces `output` by a path as this reading has it.
    ///
    /// What would lead above the root stays there.
    func write(_ path: Span<UInt8>, into output: inout [UInt8]) {
        output.removeAll(keepingCapacity: true)
        var isCut = false
        var index = 0
        while index < path.count {
            var (byte, isEscape) = Self.byte(path, index)
            let width = isEscape ? 3 : 1
            var isSlash = byte == Self.slash && !isEscape
            if isEscape, byte == Self.slash || byte == 0x5c {
                isSlash = contains(.decodesSlashes)
                isEscape = !isSlash
                if isSlash { byte = Self.slash }
            } else if isEscape, contains(.decodes) {
                isEscape = false
            }
            if isSlash {
                isCut = false
                if !contains(.merges) || output.last != Self.slash { _ = endSegment(&output) }
            } else if contains(.cuts), byte == UInt8(ascii: ";"), !isEscape {
                isCut = true
            } else if !isCut {
                if isEscape { for offset in 0..<3 { output.append(path[index + offset]) } } else { output.append(byte) }
            }
            index += width
        }
        // The last segment has no slash behind it, unless it was a dot segment.
        if endSegment(&output) { output.removeLast() }
        if output.isEmpty { output.append(Self.slash) }
    }

    private static let slash = UInt8(ascii: "/")

    /// Ends a segment with a slash, or takes it back, with what `..` leaves, if it is a dot segment; true if it ended
    /// it.
    private func endSegment(_ output: inout [UInt8]) -> Bool {
        if contains(.resolves), let slash = output.lastIndex(of: Self.slash) {
            let segment = output[(slash + 1)...]
            if segment.elementsEqual(".".utf8) {
                output.removeLast()
                return false
            }
            if segment.elementsEqual("..".utf8) {
                output.removeLast(2)
                if output.count > 1 {
                    output.removeLast()
                    while output.last != Self.slash { output.removeLast() }
                }
                return false
            }
        }
        output.append(Self.slash)
        return true
    }

    /// The byte at a place, decoded if an escape begins there.
    private static func byte(_ path: Span<UInt8>, _ index: Int) -> (byte: UInt8, isEscape: Bool) {
        guard path[index] == UInt8(ascii: "%"), index + 2 < path.count, let high = RouteCriteria.hex(path[index + 1]),
            let low = RouteCriteria.hex(path[index + 2])
        else { return (path[index], false) }
        return (high << 4 | low, true)
    }
}
