/// Why a path is refused: two readers could take it for two different paths.
public enum PathError: Error, Sendable, Equatable {
    /// It does not begin with `/`.
    case notAbsolute
    /// A `%` without two hexadecimal digits behind it.
    case malformedEscape
    /// A control byte, raw or escaped; `%00` above all.
    case controlByte
    /// A raw `\`.
    case backslash
    /// A character in more bytes than it takes, as in `%C0%AE` and `%E0%80%AE`: no UTF-8, but some readers take it for `.`
    /// or `/`.
    case overlongEncoding
    /// More `..` than there are segments to leave.
    case aboveRoot

    /// A few words for the log.
    public var reason: StaticString {
        switch self {
        case .notAbsolute: "path does not begin with /"
        case .malformedEscape: "malformed percent-encoding"
        case .controlByte: "control byte in the path"
        case .backslash: "backslash in the path"
        case .overlongEncoding: "overlong encoding in the path"
        case .aboveRoot: "path leads above its root"
        }
    }
}
