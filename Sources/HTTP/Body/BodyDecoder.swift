/// Follows a message's body through the bytes of its connection, whatever its framing.
public struct BodyDecoder: Sendable {
    private enum Kind {
        case none, length, chunked, untilClose
    }

    private let kind: Kind
    private var remaining: UInt64 = 0
    private var chunks: ChunkedDecoder

    /// Whether the body has been read to its end; never for one that ends with the connection.
    public private(set) var isComplete: Bool

    /// A decoder at the start of a body; the limits are for the trailer section of a chunked one.
    public init(_ framing: BodyFraming, limits: HeadLimits) {
        chunks = ChunkedDecoder(limits: limits)
        isComplete = false
        switch framing {
        case .none:
            kind = .none
            isComplete = true
        case .length(let length):
            kind = .length
            remaining = length
            isComplete = length == 0
        case .chunked:
            kind = .chunked
        case .untilClose:
            kind = .untilClose
        }
    }

    /// Whether the body is whole when the connection ends now: it was complete, or ends in no other way.
    public var mayEndWithConnection: Bool { isComplete || kind == .untilClose }

    /// The trailer section as it is to be forwarded; see `ChunkedDecoder`.
    public var trailerBytes: [UInt8] { chunks.trailerBytes }

    /// The trailer fields; ranges into `trailerBytes`.
    public var trailers: [FieldLine] { chunks.trailers }

    /// Looks at the bytes from `offset` on and moves it past what it understood, never past the end of the body.
    public mutating func next(
        _ bytes: Span<UInt8>,
        at offset: inout Int
    ) throws(FramingError) -> ChunkedDecoder.Event {
        if isComplete { return .end }
        if kind == .chunked {
            let event = try chunks.next(bytes, at: &offset)
            isComplete = event == .end
            return event
        }
        let available = bytes.count - offset
        guard available > 0 else { return .needMore }
        let count = kind == .length ? Int(min(remaining, UInt64(available))) : available
        let range = offset..<(offset + count)
        offset += count
        if kind == .length {
            remaining -= UInt64(count)
            isComplete = remaining == 0
        }
        return .data(range)
    }
}
