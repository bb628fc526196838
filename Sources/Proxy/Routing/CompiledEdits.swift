import HTTP
import LinuxIO

/// `request_headers` or `response_headers` of a route, as bytes.
final class CompiledEdits: Sendable {
    /// `set` of Host, which is written in its own place.
    let host: [UInt8]?
    private let removed: [[UInt8]]
    private let lines: [UInt8]
    /// What is set or added of `Cache-Control`, a list; nil for most.
    let cacheControl: [UInt8]?
    private let otherLines: [UInt8]

    /// Nil when there is nothing to edit, so that a route without edits pays nothing for them.
    init?(_ edits: HeaderEdits) {
        guard !edits.isEmpty else { return nil }
        host = edits.set.first { $0.name.lowercased() == "host" }.map { [UInt8]($0.value.utf8) }
        removed = (edits.set.map(\.name) + edits.remove).map { [UInt8]($0.utf8) }
        let added = edits.set.filter { $0.name.lowercased() != "host" } + edits.add
        lines = Self.lines(added)
        let isCacheControl = { (field: HeaderEdits.Field) in field.name.lowercased() == "cache-control" }
        let rules = added.filter(isCacheControl).map(\.value).joined(separator: ", ")
        cacheControl = rules.isEmpty ? nil : [UInt8](rules.utf8)
        otherLines = Self.lines(added.filter { !isCacheControl($0) })
    }

    private static func lines(_ fields: [HeaderEdits.Field]) -> [UInt8] {
        fields.flatMap { [UInt8]("\($0.name): \($0.value)\r\n".utf8) }
    }

    /// Whether a field of this name is taken out: it is removed, or set anew.
    func removes(_ name: Span<UInt8>) -> Bool {
        for candidate in removed where equalsIgnoringCase(name, candidate.span) { return true }
        return false
    }

    /// Whether a field of this name is taken out; a literal costs no allocation.
    func removes(_ name: String) -> Bool { removes(name.utf8Span.span) }

    /// Writes what is set and added; `Cache-Control` is left out where `CacheRules` has written it.
    func writeAdded(hasCacheRules: Bool = false, into out: ByteBuffer) {
        out.append(hasCacheRules ? otherLines : lines)
    }
}
