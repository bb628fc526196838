/// Literals, so that a value can be written as it looks: `["id": 42, "tags": ["a", "b"], "gone": nil]`.
extension Value:
    ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) {
        self = .null
    }

    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    public init(integerLiteral value: Int64) {
        self = .number(NumberText(value))
    }

    /// A double; one that JSON cannot write (a literal that overflows) becomes null.
    public init(floatLiteral value: Double) {
        self = NumberText(value).map(Value.number) ?? .null
    }

    public init(stringLiteral value: String) {
        self = .string(value)
    }

    public init(arrayLiteral elements: Value...) {
        self = .array(elements)
    }

    /// An object; where a name is said twice, the last one wins.
    public init(dictionaryLiteral elements: (String, Value)...) {
        var members = Members()
        for (name, value) in elements { members[name] = value }
        self = .object(members)
    }
}
