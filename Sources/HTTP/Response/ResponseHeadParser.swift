/// Parses a response head and decides how its body is framed (RFC 9112 sections 4 to 6).
///
/// Feed it the same growing span, from the first byte of the response, each time; it remembers how far it got.
public struct ResponseHeadParser: Sendable {
    private var position = 0
    private var isLineComplete = false
    private var fieldsStart = 0
    private var line: StatusLineScanner
    private var scanner: FieldScanner
    private var contentLength: UInt64?
    private var codings = TransferCodings()
    private var connection = ConnectionOptions()

    /// A parser for a response; `limits.requestLine` bounds the status line.
    public init(limits: HeadLimits) {
        line = StatusLineScanner(limit: limits.requestLine)
        scanner = FieldScanner(limits: limits, allowsSpaceBeforeColon: true)
    }

    /// Makes the parser ready for the next response.
    public mutating func reset() {
        position = 0
        isLineComplete = false
        line.reset()
        scanner.reset()
        contentLength = nil
        codings = TransferCodings()
        connection = ConnectionOptions()
    }

    /// Reads on.
    ///
    /// True: the head is complete; false: more bytes are wanted. `method` is the request's, and `head` must be empty
    /// before the first call.
    public mutating func parse(
        _ bytes: Span<UInt8>,
        for method: Method,
        into head: inout ResponseHead
    ) throws(ResponseError) -> Bool {
        if !isLineComplete {
            guard try line.next(bytes, at: &position) else { return false }
            try takeLine(bytes, into: &head)
            isLineComplete = true
            fieldsStart = position
        }
        while true {
            switch try nextField(bytes) {
            case .needMore:
                return false
            case .line(let field):
                head.fields.append(field)
                try take(field, bytes, into: &head)
            case .end:
                try finish(&head, for: method)
                return true
            }
        }
    }

    private mutating func nextField(_ bytes: Span<UInt8>) throws(ResponseError) -> FieldScanner.Step {
        do {
            return try scanner.next(bytes, from: fieldsStart, at: &position)
        } catch {
            throw ResponseError(error)
        }
    }

    private func takeLine(_ bytes: Span<UInt8>, into head: inout ResponseHead) throws(ResponseError) {
        head.version = bytes[7] == 0x31 ? .http11 : .http10
        head.status = Int(bytes[9] - 0x30) * 100 + Int(bytes[10] - 0x30) * 10 + Int(bytes[11] - 0x30)
        head.reason = ByteRange(line.reasonStart, line.reasonEnd)
        guard (100...599).contains(head.status) else { throw .statusOutOfRange }
    }

    private mutating func take(
        _ field: FieldLine,
        _ bytes: Span<UInt8>,
        into head: inout ResponseHead
    ) throws(ResponseError) {
        switch field.id {
        case .contentLength:
            guard let length = ContentLength.parse(bytes.extracting(field.value.range)) else {
                throw .malformedContentLength
            }
            // The same length twice is one length; nothing else is (RFC 9112 section 6.3).
            guard contentLength == nil || contentLength == length else { throw .conflictingContentLength }
            contentLength = length
        case .transferEncoding:
            codings.add(bytes.extracting(field.value.range))
        case .connection:
            guard connection.add(field.value, in: bytes, to: &head.connectionOptions) else {
                throw .malformedConnection
            }
        default:
            break
        }
    }

    private func finish(_ head: inout ResponseHead, for method: Method) throws(ResponseError) {
        head.length = position
        head.persistent = head.version == .http11 ? !connection.isClose : connection.isKeepAlive && !connection.isClose
        if codings.verdict != .absent, contentLength != nil {
            // Transfer-Encoding wins, and nobody knows what the server thinks of it (RFC 9112 section 6.3).
            head.persistent = false
        }
        try frame(&head, for: method)
        if head.body == .untilClose || head.status == 101 { head.persistent = false }
    }

    private func frame(_ head: inout ResponseHead, for method: Method) throws(ResponseError) {
        let hasNoContent = head.status < 200 || head.status == 204
        if hasNoContent, codings.verdict != .absent || (contentLength ?? 0) > 0 {
            // What follows may be the body it announces: it must not be taken for the next response.
            head.persistent = head.isInterim
        }
        if hasNoContent || head.status == 304 || method == .head {
            head.body = .none
            return
        }
        // Framing that HTTP/1.0 does not have is faulty (RFC 9112 section 6.1).
        if head.version == .http10, codings.verdict != .absent { throw .unsupportedTransferCoding }
        switch codings.verdict {
        case .chunked: head.body = .chunked
        // Taken off with Transfer-Encoding, a coding nobody undid would reach the client as the content itself.
        case .unframed, .unknown, .chunkedOverOther: throw .unsupportedTransferCoding
        case .malformed: throw .malformedTransferEncoding
        case .absent: head.body = contentLength.map { .length($0) } ?? .untilClose
        }
    }
}
