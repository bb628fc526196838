/// Parses a request head, the strict way of RFC 9112 wherever it leaves a choice: what two readers could take for two
/// different messages is refused.
///
/// Feed it the same growing span, from the first byte of the message, each time; it remembers how far it got, so a
/// head that arrives byte by byte costs linear work.
public struct RequestHeadParser: Sendable {
    private var position = 0
    private var isLineComplete = false
    private var fieldsStart = 0
    private var line: RequestLineScanner
    private var scanner: FieldScanner
    private var isHostSeen = false
    private var codings = TransferCodings()
    private var connection = ConnectionOptions()
    private let limits: HeadLimits
    private let isSecure: Bool

    /// A parser for the first message of a connection.
    ///
    /// `isSecure` says that the connection is TLS, so that an absolute-form target must be `https`; default false, so
    /// that it must be `http`.
    public init(limits: HeadLimits, isSecure: Bool = false) {
        self.limits = limits
        self.isSecure = isSecure
        line = RequestLineScanner(limit: limits.requestLine)
        scanner = FieldScanner(limits: limits)
    }

    /// Makes the parser ready for the next message.
    public mutating func reset() {
        position = 0
        isLineComplete = false
        line.reset()
        scanner.reset()
        isHostSeen = false
        codings = TransferCodings()
        connection = ConnectionOptions()
    }

    /// Reads on.
    ///
    /// True: the head is complete; false: more bytes are wanted. `head` must be empty before the first call.
    public mutating func parse(_ bytes: Span<UInt8>, into head: inout RequestHead) throws(RequestError) -> Bool {
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
                try finish(&head)
                return true
            }
        }
    }

    private mutating func nextField(_ bytes: Span<UInt8>) throws(RequestError) -> FieldScanner.Step {
        do {
            return try scanner.next(bytes, from: fieldsStart, at: &position)
        } catch {
            throw RequestError(error)
        }
    }

    // MARK: the request line

    private func takeLine(_ bytes: Span<UInt8>, into head: inout RequestHead) throws(RequestError) {
        let version = line.version
        guard bytes[version + 5] == 0x31, bytes[version + 7] == 0x30 || bytes[version + 7] == 0x31 else {
            throw .unsupportedVersion
        }
        head.version = bytes[version + 7] == 0x31 ? .http11 : .http10
        head.methodName = line.method
        head.method = Method(bytes.extracting(line.method.range))
        head.target = line.target
        if head.method == .connect { throw .connectRefused }
        if head.method == .trace { throw .traceRefused }
        try takeTarget(bytes, into: &head)
    }

    private func takeTarget(_ bytes: Span<UInt8>, into head: inout RequestHead) throws(RequestError) {
        let target = head.target.range
        let pathEnd = line.questionMark ?? target.upperBound
        head.query = line.questionMark.map { ByteRange($0 + 1, target.upperBound) }
        switch bytes[target.lowerBound] {
        case .slash:
            head.form = .origin
            head.path = ByteRange(target.lowerBound, pathEnd)
        case 0x2A:
            guard target.count == 1 else { throw .malformedTarget }
            guard head.method == .options else { throw .asteriskWithoutOptions }
            head.form = .asterisk
            head.path = head.target
        default:
            head.form = .absolute
            let start = try authorityStart(bytes.extracting(target)) + target.lowerBound
            var end = start
            while end < pathEnd, bytes[end] != .slash { end += 1 }
            guard start <= pathEnd, let host = Authority.host(bytes, start..<end) else { throw .malformedTarget }
            head.authority = ByteRange(start, end)
            head.host = ByteRange(host.lowerBound, host.upperBound)
            head.path = ByteRange(end, pathEnd)
        }
    }

    /// Where the authority of an absolute-form target begins.
    private func authorityStart(_ target: Span<UInt8>) throws(RequestError) -> Int {
        let isHTTP = target.count >= 7 && equalsIgnoringCase(target.extracting(first: 7), "http://")
        let isHTTPS = target.count >= 8 && equalsIgnoringCase(target.extracting(first: 8), "https://")
        guard isHTTP || isHTTPS else { throw .malformedTarget }
        guard isHTTPS == isSecure else { throw .schemeNotServed }
        return isHTTPS ? 8 : 7
    }

    // MARK: the fields that decide about the message

    private mutating func take(
        _ field: FieldLine,
        _ bytes: Span<UInt8>,
        into head: inout RequestHead
    ) throws(RequestError) {
        switch field.id {
        case .host:
            try takeHost(field.value, bytes, into: &head)
        case .contentLength:
            if case .length = head.body { throw .repeatedContentLength }
            guard codings.verdict == .absent else { throw .lengthAndTransferEncoding }
            guard let length = ContentLength.parse(bytes.extracting(field.value.range)) else {
                throw .malformedContentLength
            }
            head.body = .length(length)
        case .transferEncoding:
            guard head.version == .http11 else { throw .transferEncodingInHTTP10 }
            if case .length = head.body { throw .lengthAndTransferEncoding }
            codings.add(bytes.extracting(field.value.range))
            if codings.verdict == .malformed { throw .malformedTransferEncoding }
            if codings.verdict == .unknown { throw .unsupportedTransferCoding }
        case .connection:
            guard connection.add(field.value, in: bytes, to: &head.connectionOptions) else {
                throw .malformedConnection
            }
        case .expect:
            if head.version == .http11, fieldListContains(bytes.extracting(field.value.range), "100-continue") {
                head.expectsContinue = true
            }
        default:
            break
        }
    }

    private mutating func takeHost(
        _ value: ByteRange,
        _ bytes: Span<UInt8>,
        into head: inout RequestHead
    ) throws(RequestError) {
        guard !isHostSeen else { throw .repeatedHost }
        isHostSeen = true
        guard let host = Authority.host(bytes, value.range) else { throw .malformedHost }
        // An absolute-form target's authority counts, and Host is replaced by it (RFC 9112 section 3.2.2).
        guard head.form != .absolute else { return }
        head.authority = value
        head.host = ByteRange(host.lowerBound, host.upperBound)
    }

    private func finish(_ head: inout RequestHead) throws(RequestError) {
        guard isHostSeen || head.version == .http10 else { throw .missingHost }
        switch codings.verdict {
        case .absent: break
        case .chunked: head.body = .chunked
        case .chunkedOverOther, .unknown: throw .unsupportedTransferCoding
        case .unframed, .malformed: throw .malformedTransferEncoding
        }
        head.persistent = head.version == .http11 && !connection.isClose
        head.length = position
    }
}
