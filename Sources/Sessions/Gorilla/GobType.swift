/// What a gob stream says of a type, as far as its values' extent depends on it.
enum GobType: Sendable, Equatable {
    case array(element: Int64)
    case slice(element: Int64)
    case structure(fields: [Field])
    case map(key: Int64, element: Int64)
    /// A type that writes its own bytes, as `time.Time` does.
    case marshaled

    /// A struct's field.
    struct Field: Sendable, Equatable {
        var name: [UInt8] = []
        var type: Int64 = 0
    }

    /// The numbers of the types every stream knows.
    enum Basic {
        static let bool: Int64 = 1
        static let int: Int64 = 2
        static let uint: Int64 = 3
        static let float: Int64 = 4
        static let bytes: Int64 = 5
        static let string: Int64 = 6
        static let complex: Int64 = 7
        static let interface: Int64 = 8
    }

    /// The lowest number a stream may define: Go's own are below.
    static let firstDefined: Int64 = 64
}
