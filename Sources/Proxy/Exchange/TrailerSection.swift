import HTTP
import LinuxIO

/// Ends a chunked body, with what may be forwarded of its trailer section (RFC 9110 §6.5).
enum TrailerSection {
    /// - Parameter nominated: what the message's `Connection` named: it goes no further in trailers either (H1).
    static func writeLastChunk(_ decoder: borrowing BodyDecoder, nominated: [[UInt8]], into out: ByteBuffer) {
        out.append("0\r\n")
        let trailers = decoder.trailers
        if !trailers.isEmpty {
            let bytes = decoder.trailerBytes
            for line in trailers where isAllowedInTrailers(line.id) {
                if isNominated(bytes.span.extracting(line.name.range), nominated) { continue }
                out.append(bytes.span.extracting(line.name.range))
                out.append(": ")
                out.append(bytes.span.extracting(line.value.range))
                out.append("\r\n")
            }
        }
        out.append("\r\n")
    }

    private static func isNominated(_ name: Span<UInt8>, _ nominated: [[UInt8]]) -> Bool {
        for candidate in nominated where equalsIgnoringCase(name, candidate.span) { return true }
        return false
    }
}
