/// Why a response head is refused.
///
/// Each is the upstream's fault: the client gets 502, the connection is closed.
public enum ResponseError: Error, Sendable, Equatable {
    case malformedStatusLine, statusLineTooLong, statusOutOfRange
    case bareCarriageReturn, bareLineFeed
    case malformedFieldName, malformedFieldValue, foldedField, fieldsTooLarge, tooManyFields
    case malformedContentLength, conflictingContentLength
    case malformedTransferEncoding, unsupportedTransferCoding
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
