/// Why a request head is refused.
///
/// The connection is closed after every one of them.
public enum RequestError: Error, Sendable, Equatable {
    /// The method (RFC 9110 section 9): no token, over 32 bytes, or one that is never served.
    case malformedMethod, methodTooLong, connectRefused, traceRefused
    /// The target (RFC 9112 section 3.2): no known form, `*` for another method than OPTIONS, a scheme that is not the
    /// connection's, or a line over its limit.
    case malformedTarget, asteriskWithoutOptions, schemeNotServed, requestLineTooLong
    /// The version (RFC 9112 section 2.3): no version at all, or one other than 1.0 and 1.1.
    case malformedVersion, unsupportedVersion
    /// Line ends (RFC 9112 section 2.2): half a CRLF, or more than one empty line before the request.
    case bareCarriageReturn, bareLineFeed, repeatedEmptyLine
    /// Field lines (RFC 9112 section 5) and their limits.
    case malformedFieldName, malformedFieldValue, foldedField, spaceBeforeColon, fieldsTooLarge, tooManyFields
    /// Host (RFC 9112 section 3.2): none in HTTP/1.1, more than one, or no authority.
    case missingHost, repeatedHost, malformedHost
    /// Content-Length (RFC 9112 section 6.3): no number, twice, or with Transfer-Encoding.
    case malformedContentLength, repeatedContentLength, lengthAndTransferEncoding
    /// Transfer-Encoding (RFC 9112 section 6.1): not ending in its only `chunked`, other codings, or in HTTP/1.0.
    case malformedTransferEncoding, unsupportedTransferCoding, transferEncodingInHTTP10
    /// A Connection member that is no token, so that what it removes is not known (RFC 9110 section 7.6.1).
    case malformedConnection

    /// The status to answer with (RFC 9110 section 15.5, RFC 6585).
    public var status: Int {
        switch self {
        case .methodTooLong, .unsupportedTransferCoding: 501
        case .connectRefused, .traceRefused: 405
        case .schemeNotServed: 421
        case .requestLineTooLong: 414
        case .unsupportedVersion: 505
        case .fieldsTooLarge, .tooManyFields: 431
        default: 400
        }
    }

    /// A few words for the log.
    public var reason: StaticString {
        switch self {
        case .malformedMethod: "malformed method"
        case .methodTooLong: "method too long"
        case .connectRefused: "CONNECT refused"
        case .traceRefused: "TRACE refused"
        case .malformedTarget: "malformed request target"
        case .asteriskWithoutOptions: "target * without OPTIONS"
        case .schemeNotServed: "scheme of the target not served here"
        case .requestLineTooLong: "request line too long"
        case .malformedVersion: "malformed protocol version"
        case .unsupportedVersion: "unsupported protocol version"
        case .bareCarriageReturn: "CR without LF"
        case .bareLineFeed: "LF without CR"
        case .repeatedEmptyLine: "more than one empty line before the request"
        case .malformedFieldName: "malformed field name"
        case .malformedFieldValue: "malformed field value"
        case .foldedField: "line folding, or white space before a field"
        case .spaceBeforeColon: "white space before a colon"
        case .fieldsTooLarge: "field section too large"
        case .tooManyFields: "too many field lines"
        case .missingHost: "missing Host"
        case .repeatedHost: "repeated Host"
        case .malformedHost: "malformed Host"
        case .malformedContentLength: "malformed Content-Length"
        case .repeatedContentLength: "repeated Content-Length"
        case .lengthAndTransferEncoding: "Content-Length with Transfer-Encoding"
        case .malformedTransferEncoding: "malformed Transfer-Encoding"
        case .unsupportedTransferCoding: "unsupported transfer coding"
        case .transferEncodingInHTTP10: "Transfer-Encoding in HTTP/1.0"
        case .malformedConnection: "malformed Connection"
        }
    }

    init(_ error: FieldError) {
        self =
            switch error {
            case .badName: .malformedFieldName
            case .badValue: .malformedFieldValue
            case .folded: .foldedField
            case .spaceBeforeColon: .spaceBeforeColon
            case .bareLineFeed: .bareLineFeed
            case .bareCarriageReturn: .bareCarriageReturn
            case .tooLarge: .fieldsTooLarge
            case .tooManyLines: .tooManyFields
            }
    }
}
