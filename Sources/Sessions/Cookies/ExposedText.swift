/// A session's value as the text of a header field.
public enum ExposedText: Sendable, Equatable {
    /// There is no such value, or it is null, a list or an object.
    case absent
    /// The value is a string that a field cannot carry as it is: it holds more than printable ASCII.
    case unprintable
    /// A string of printable ASCII, or the JSON text of a number or truth value.
    case text([UInt8])
}
