/// Why bytes are not JSON, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// The text stops too early.
        case unexpectedEnd
        /// A byte that cannot stand where it does.
        case unexpectedByte(UInt8)
        /// Something follows the value.
        case trailingBytes
        /// A backslash before something JSON does not know.
        case unknownEscape
        /// One half of a surrogate pair without the other.
        case loneSurrogate
        /// A control character, which has to be escaped, in a string.
        case controlCharacter
        /// A string that is not UTF-8.
        case invalidUTF8
        /// More than 64 lists and objects inside one another.
        case tooDeep
    }

    /// The kind of mistake.
    public let reason: Reason
    /// Its place, in bytes from the beginning.
    public let offset: Int

    public var description: String {
        switch reason {
        case .unexpectedEnd: "the JSON text stops too early"
        case .unexpectedByte(let byte):
            (0x21...0x7E).contains(byte)
                ? "unexpected '\(Character(Unicode.Scalar(byte)))' at byte \(offset)"
                : "unexpected byte \(byte) at byte \(offset)"
        case .trailingBytes: "something follows the JSON value at byte \(offset)"
        case .unknownEscape: "an unknown escape at byte \(offset)"
        case .loneSurrogate: "half a surrogate pair at byte \(offset)"
        case .controlCharacter: "a control character in a string at byte \(offset)"
        case .invalidUTF8: "a string that is not UTF-8 at byte \(offset)"
        case .tooDeep: "more than \(JSON.maximumDepth) levels at byte \(offset)"
        }
    }
}
