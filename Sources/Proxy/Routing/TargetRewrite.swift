internal import HTTP

/// How a route changes a request's target: for an upstream `strip_prefix` and `add_prefix`, for a redirect `to`.
///
/// It works on the bytes as they came. What is not changed stays as it was, byte for byte.
public struct TargetRewrite: Sendable {
    private enum Kind {
        case identity
        case prefixes
        /// A `Location` without `*`, taken as it is.
        case fixed
        /// A `Location` that ends in what the path's `*` matched, after so many segments.
        case carried(segments: Int)
    }

    private let kind: Kind
    private let strip: [UInt8]
    /// The prefix to add, or what stands before the `*` of `to`.
    private let front: [UInt8]

    /// The rewrite of a route.
    public init(route: RouteSettings) {
        switch route.action {
        case .redirect(let redirect):
            strip = []
            front = Array(redirect.to.utf8.filter { $0 != UInt8(ascii: "*") })
            let isCarried = redirect.to.hasSuffix("*")
            kind = isCarried ? .carried(segments: route.path.segments.count) : .fixed
        case .upstream, .respond:
            strip = Array((route.stripPrefix ?? "").utf8)
            front = Array((route.addPrefix ?? "").utf8)
            kind = strip.isEmpty && front.isEmpty ? .identity : .prefixes
        }
    }

    /// Whether target and path are the same afterwards.
    public var isIdentity: Bool { if case .identity = kind { true } else { false } }

    /// Appends the upstream's target, path and query, or the redirect's `Location`.
    ///
    /// An empty path is written as `/`.
    ///
    /// A query is kept, and is carried over to a `Location` with a `*`.
    public func rewritten(path: Span<UInt8>, query: Span<UInt8>?, into output: inout [UInt8]) {
        switch kind {
        case .identity:
            if path.isEmpty { output.append(.slash) } else { append(path, to: &output) }
        case .prefixes:
            writePrefixed(path, to: &output)
        case .fixed:
            output.append(contentsOf: front)
            return
        case .carried(let segments):
            output.append(contentsOf: front)
            writeRest(path, after: segments, to: &output)
        }
        if let query {
            output.append(UInt8(ascii: "?"))
            append(query, to: &output)
        }
    }

    /// Whether the path rewritten as it came means the same as its normal forms rewritten: only then do gateway and
    /// upstream speak of the same thing.
    ///
    /// `normal` has read `path`, and found it not plain.
    func keepsMeaning(of path: Span<UInt8>, _ normal: borrowing NormalPath) -> Bool {
        guard case .prefixes = kind else {
            // A `Location` is read by the client, which asks for it anew.
            return true
        }
        if !strip.isEmpty, hasHiddenSlash(path) { return false }
        var raw: [UInt8] = []
        writePrefixed(path, to: &raw)
        // `//host` at the front of a target reads as an authority.
        if raw.count > 1, raw[1] == .slash { return false }
        var again = NormalPath()
        var conservative: [UInt8] = []
        var aggressive: [UInt8] = []
        writePrefixed(normal.conservative.span, to: &conservative)
        writePrefixed(normal.aggressive.span, to: &aggressive)
        switch again.read(raw.span) {
        case .plain: return raw == conservative && raw == aggressive
        case .normalized: return again.conservative == conservative && again.aggressive == merged(aggressive)
        case .refused: return false
        }
    }

    /// Whether an upstream that reads paths in one way reads in the rewritten path what it would have read in the path.
    func keepsMeaning(of path: Span<UInt8>, read reading: PathReading) -> Bool {
        guard case .prefixes = kind else { return true }
        var written: [UInt8] = []
        var readAfter: [UInt8] = []
        var readBefore: [UInt8] = []
        var expected: [UInt8] = []
        writePrefixed(path, to: &written)
        reading.write(written.span, into: &readAfter)
        reading.write(path, into: &readBefore)
        writePrefixed(readBefore.span, to: &expected)
        return readAfter == expected
    }

    /// An escaped slash or backslash could stand where the prefix ends.
    private func hasHiddenSlash(_ path: Span<UInt8>) -> Bool {
        guard path.count > 2 else { return false }
        for index in 0..<(path.count - 2) where path[index] == UInt8(ascii: "%") {
            let escape = (path[index + 1], path[index + 2] | 0x20)
            if escape == (UInt8(ascii: "2"), UInt8(ascii: "f")) || escape == (UInt8(ascii: "5"), UInt8(ascii: "c")) {
                return true
            }
        }
        return false
    }

    /// What an origin that merges slashes reads.
    private func merged(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in path where byte != .slash || result.last != .slash { result.append(byte) }
        return result
    }

    private func writePrefixed(_ path: Span<UInt8>, to output: inout [UInt8]) {
        // `*` of `OPTIONS *` is no path, and has no prefix.
        guard path.isEmpty || path[0] == .slash else { return append(path, to: &output) }
        output.append(contentsOf: front)
        let rest = begins(path) ? path.extracting(strip.count..<path.count) : path
        if rest.isEmpty {
            if front.isEmpty { output.append(.slash) }
        } else {
            append(rest, to: &output)
        }
    }

    /// Whether a path begins with the whole segments to strip.
    private func begins(_ path: Span<UInt8>) -> Bool {
        guard path.count >= strip.count, equals(path.extracting(0..<strip.count), strip.span) else { return false }
        return path.count == strip.count || path[strip.count] == .slash
    }

    private func writeRest(_ path: Span<UInt8>, after segments: Int, to output: inout [UInt8]) {
        var slashes = 0
        var start = 0
        while start < path.count, slashes <= segments {
            if path[start] == .slash { slashes += 1 }
            start += 1
        }
        guard slashes > segments else { return }
        // Behind a lone `/`, `/evil.example` would make a `Location` on another host.
        if front.count == 1 { while start < path.count, path[start] == .slash { start += 1 } }
        append(path.extracting(start..<path.count), to: &output)
    }

    private func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        for index in bytes.indices { output.append(bytes[index]) }
    }
}

extension UInt8 {
    fileprivate static var slash: UInt8 { UInt8(ascii: "/") }
}
