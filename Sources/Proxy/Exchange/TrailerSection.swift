import HTTP
import LinuxIO

/// Ends a chunked body, with what may be forwarded of its trailer section (RFC 9110 §6.5).
enum TrailerSection {
    static func writeLastChunk(_ decoder: borrowing BodyDecoder, into out: ByteBuffer) {
        out.append("0\r\n")
        let trailers = decoder.trailers
        if !trailers.isEmpty {
            let bytes = decoder.trailerBytes
            for line in trailers where isAllowedInTrailers(line.id) {
                out.append(bytes.span.extracting(line.name.range))
                out.append(": ")
                out.append(bytes.span.extracting(line.value.range))
                out.append("\r\n")
            }
        }
        out.append("\r\n")
    }
}
