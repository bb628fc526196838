import HTTP
import LinuxIO

/// Ends a chunked body, with what may be forwarded of its trailer section (RFC 9110 §6.5).
///
/// What does not pass in a head does not pass here either: services merge the two.
struct TrailerSection {
    /// What the message's `Connection` named (H1).
    var nominated: [[UInt8]] = []
    /// In requests the fields of `expose:`, which only the gateway says.
    var exposed: ExposedNames?
    /// What the route sets or removes.
    var edits: CompiledEdits?
    /// Whether `X-Forwarded-*` is believed; a response may say what it likes.
    var isTrusted = true

    func writeLastChunk(_ decoder: borrowing BodyDecoder, into out: ByteBuffer) {
        out.append("0\r\n")
        let trailers = decoder.trailers
        if !trailers.isEmpty {
            let bytes = decoder.trailerBytes
            for line in trailers where isAllowedInTrailers(line.id) {
                let name = bytes.span.extracting(line.name.range)
                guard passes(name) else { continue }
                out.append(name)
                out.append(": ")
                out.append(bytes.span.extracting(line.value.range))
                out.append("\r\n")
            }
        }
        out.append("\r\n")
    }

    private func passes(_ name: Span<UInt8>) -> Bool {
        for candidate in nominated where equalsIgnoringCase(name, candidate.span) { return false }
        if let exposed, exposed.contains(name) || exposed.isTwin(name) { return false }
        if let edits, edits.removes(name) { return false }
        return isTrusted || !RequestFacts.isForwarded(name)
    }
}
