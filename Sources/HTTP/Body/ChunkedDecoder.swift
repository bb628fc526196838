/// Decodes a chunked body without copying it (RFC 9112 section 7.1).
///
/// ```
/// size ─▶ extension ─▶ sizeEnd ─┬▶ data ─▶ dataReturn ─▶ dataEnd ─▶ size
///                               └▶ trailers ─▶ done          (after a size of zero)
/// ```
public struct ChunkedDecoder: Sendable {
    /// What `next` found.
    public enum Event: Sendable, Equatable {
        /// Everything given was understood, and the body goes on.
        case needMore
        /// Bytes of the body, as a range of the span given; never empty.
        case data(Range<Int>)
        /// The body and its trailer section are over.
        case end
    }

    private enum State {
        case size, chunkExtension, sizeEnd, data, dataReturn, dataEnd, trailers, done
    }

    private var state = State.size
    private var digits: UInt8 = 0
    private var remaining: UInt64 = 0
    private var extensions = ChunkExtensionScanner()
    private var trailerScanner: TrailerScanner

    /// The trailer section as it is to be forwarded: allowed fields only, each `name: value` and CRLF, without the
    /// empty line that ends it.
    ///
    /// Empty before `.end`.
    public private(set) var trailerBytes: [UInt8] = []
    /// The trailer fields; ranges into `trailerBytes`.
    ///
    /// Empty before `.end`.
    public private(set) var trailers: [FieldLine] = []

    /// A decoder at the start of a body; `limits.fields` and `limits.fieldCount` bound the trailer section.
    public init(limits: HeadLimits) {
        trailerScanner = TrailerScanner(limits: limits)
    }

    /// Looks at the bytes from `offset` on and moves it past what it understood, never past the end of the body.
    public mutating func next(_ bytes: Span<UInt8>, at offset: inout Int) throws(FramingError) -> Event {
        while offset < bytes.count {
            switch state {
            case .size:
                try takeSize(bytes[offset])
                offset += 1

            case .chunkExtension:
                if try extensions.take(bytes[offset]) { state = .sizeEnd }
                offset += 1

            case .sizeEnd:
                guard bytes[offset] == .lineFeed else { throw .malformedChunkSize }
                offset += 1
                digits = 0
                state = remaining == 0 ? .trailers : .data

            case .data:
                let count = Int(min(remaining, UInt64(bytes.count - offset)))
                let range = offset..<(offset + count)
                remaining -= UInt64(count)
                offset += count
                if remaining == 0 { state = .dataReturn }
                return .data(range)

            case .dataReturn:
                guard bytes[offset] == .carriageReturn else { throw .malformedChunkEnd }
                offset += 1
                state = .dataEnd

            case .dataEnd:
                guard bytes[offset] == .lineFeed else { throw .malformedChunkEnd }
                offset += 1
                state = .size

            case .trailers:
                if try trailerScanner.next(bytes, at: &offset) {
                    trailerScanner.write(to: &trailerBytes, &trailers)
                    state = .done
                }

            case .done:
                return .end
            }
        }
        return state == .done ? .end : .needMore
    }

    private mutating func takeSize(_ byte: UInt8) throws(FramingError) {
        if let digit = byte.hexadecimalValue {
            // Sixteen digits, leading zeros too, so that a size line is bounded; and 63 bits, as Content-Length.
            guard digits < 16, remaining < 1 << 59 else { throw .chunkTooLarge }
            digits += 1
            remaining = remaining << 4 | UInt64(digit)
            return
        }
        guard digits > 0 else { throw .malformedChunkSize }
        switch byte {
        case .carriageReturn:
            state = .sizeEnd
        case 0x3B:
            extensions = ChunkExtensionScanner()
            state = .chunkExtension
        default:
            throw .malformedChunkSize
        }
    }
}
