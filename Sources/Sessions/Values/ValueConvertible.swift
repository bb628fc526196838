/// A Swift type that can be read from, and written as, a session's value.
public protocol ValueConvertible {
    /// Reads a value; nil when it is of another kind or out of range.
    init?(value: Value)

    /// The value to store.
    var value: Value { get }
}

extension Value: ValueConvertible {
    public init?(value: Value) {
        self = value
    }

    public var value: Value { self }
}

extension Bool: ValueConvertible {
    public init?(value: Value) {
        guard case .bool(let bool) = value else { return nil }
        self = bool
    }

    public var value: Value { .bool(self) }
}

extension String: ValueConvertible {
    public init?(value: Value) {
        guard case .string(let string) = value else { return nil }
        self = string
    }

    public var value: Value { .string(self) }
}

extension Int: ValueConvertible {}
extension Int8: ValueConvertible {}
extension Int16: ValueConvertible {}
extension Int32: ValueConvertible {}
extension Int64: ValueConvertible {}
extension UInt: ValueConvertible {}
extension UInt8: ValueConvertible {}
extension UInt16: ValueConvertible {}
extension UInt32: ValueConvertible {}
extension UInt64: ValueConvertible {}

/// Integers read only what is written as one: `1.0` and `1e3` are doubles.
extension ValueConvertible where Self: FixedWidthInteger {
    public init?(value: Value) {
        guard case .number(let number) = value, let integer = Self(number.text) else { return nil }
        self = integer
    }

    public var value: Value { .number(NumberText(self)) }
}

extension Double: ValueConvertible {
    /// Reads any number a double can hold; nil for one that overflows, as `1e400` does.
    public init?(value: Value) {
        guard case .number(let number) = value, let double = Double(number.text), double.isFinite else { return nil }
        self = double
    }

    /// The number, or null for infinities and NaN, which JSON cannot say.
    public var value: Value { NumberText(self).map(Value.number) ?? .null }
}

extension Float: ValueConvertible {
    /// Reads any number a float can hold, rounded; nil for one that overflows.
    public init?(value: Value) {
        guard case .number(let number) = value, let float = Float(number.text), float.isFinite else { return nil }
        self = float
    }

    /// The number, or null for infinities and NaN, which JSON cannot say.
    public var value: Value { isFinite ? .number(NumberText(checked: "\(self)")) : .null }
}

extension Array: ValueConvertible where Element: ValueConvertible {
    /// Reads a list; nil when one element is of another kind.
    public init?(value: Value) {
        guard case .array(let values) = value else { return nil }
        self.init()
        reserveCapacity(values.count)
        for value in values {
            guard let element = Element(value: value) else { return nil }
            append(element)
        }
    }

    public var value: Value { .array(map(\.value)) }
}

extension Optional: ValueConvertible where Wrapped: ValueConvertible {
    /// Reads null as nil.
    public init?(value: Value) {
        if case .null = value {
            self = .none
        } else {
            guard let wrapped = Wrapped(value: value) else { return nil }
            self = wrapped
        }
    }

    public var value: Value { self?.value ?? .null }
}
