/// Why a response head is refused.
///
/// Each is the upstream's fault: the client gets 502, the connection is closed.
public enum ResponseError: Error, Sendable, Equatable {
    /// The status line (RFC 9112 section 4): none, over its limit, or a status outside 100 to 599.
    case malformedStatusLine, statusLineTooLong, statusOutOfRange
    /// Line ends (RFC 9112 section 2.2): half a CRLF.
    case bareCarriageReturn, bareLineFeed
    /// Field lines (RFC 9112 section 5) and their limits.
    case malformedFieldName, malformedFieldValue, foldedField, fieldsTooLarge, tooManyFields
    /// Content-Length (RFC 9112 section 6.3): no number, or two different ones.
    case malformedContentLength, conflictingContentLength
    /// Transfer-Encoding (RFC 9112 section 6.1): no list of codings, or `chunked` over codings nobody asked for.
    case malformedTransferEncoding, unsupportedTransferCoding
    /// A Connection member that is no token, so that what it removes is not known (RFC 9110 section 7.6.1).
    case malformedConnection

    /// A few words for the log.
    public var reason: StaticString {
        switch self {
        case .malformedStatusLine: "malformed status line"
        case .statusLineTooLong: "status line too long"
        case .statusOutOfRange: "status out of range"
        case .bareCarriageReturn: "CR without LF"
        case .bareLineFeed: "LF without CR"
        case .malformedFieldName: "malformed field name"
        case .malformedFieldValue: "malformed field value"
        case .foldedField: "line folding, or white space before a field"
        case .fieldsTooLarge: "field section too large"
        case .tooManyFields: "too many field lines"
        case .malformedContentLength: "malformed Content-Length"
        case .conflictingContentLength: "conflicting Content-Length"
        case .malformedTransferEncoding: "malformed Transfer-Encoding"
        case .unsupportedTransferCoding: "transfer coding nobody asked for"
        case .malformedConnection: "malformed Connection"
        }
    }

    init(_ error: FieldError) {
        self =
            switch error {
            case .badName, .spaceBeforeColon: .malformedFieldName
            case .badValue: .malformedFieldValue
            case .folded: .foldedField
            case .bareLineFeed: .bareLineFeed
            case .bareCarriageReturn: .bareCarriageReturn
            case .tooLarge: .fieldsTooLarge
            case .tooManyLines: .tooManyFields
            }
    }
}
