/// One pair of a Cookie field, as ranges of the field's value.
public struct CookiePair: Sendable, Equatable {
    /// Everything from after the previous `;` to this pair's own, or the end.
    public var segment: Range<Int>
    /// The name, white space trimmed; empty for a nameless cookie.
    public var name: Range<Int>
    /// The value, white space trimmed; double quotes belong to it.
    public var value: Range<Int>
    /// Whether there is a `=`.
    ///
    /// Without one the whole is the value of a nameless cookie.
    public var hasName: Bool
}
