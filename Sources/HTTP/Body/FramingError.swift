/// Why a chunked body is refused (RFC 9112 section 7.1).
///
/// From a client it is answered with `status` if nothing was answered yet; from an upstream it is a broken response.
/// The connection is closed either way.
public enum FramingError: Error, Sendable, Equatable {
    /// A chunk: its size, its extensions, or the CRLF behind its data.
    case malformedChunkSize, chunkTooLarge, malformedChunkExtension, chunkExtensionTooLong, malformedChunkEnd
    /// The trailer section (RFC 9112 section 7.1.2) and its limits.
    case malformedTrailer, trailersTooLarge, tooManyTrailers

    /// The status for a client's mistake.
    public var status: Int {
        switch self {
        case .trailersTooLarge, .tooManyTrailers: 431
        default: 400
        }
    }

    /// A few words for the log.
    public var reason: StaticString {
        switch self {
        case .malformedChunkSize: "malformed chunk size"
        case .chunkTooLarge: "chunk size over 63 bits"
        case .malformedChunkExtension: "malformed chunk extension"
        case .chunkExtensionTooLong: "chunk extension too long"
        case .malformedChunkEnd: "chunk without CRLF at its end"
        case .malformedTrailer: "malformed trailer field"
        case .trailersTooLarge: "trailer section too large"
        case .tooManyTrailers: "too many trailer fields"
        }
    }

    init(_ error: FieldError) {
        self =
            switch error {
            case .tooLarge: .trailersTooLarge
            case .tooManyLines: .tooManyTrailers
            default: .malformedTrailer
            }
    }
}
