/// The Go types whose values are shown to services, by the names gob has for them.
enum GobKind: String, Sendable {
    case bool
    case int, int8, int16, int32, int64
    case uint, uint8, uint16, uint32, uint64, uintptr
    case float32, float64
    case string
    case bytes = "[]uint8"
    case strings = "[]string"
    case list = "[]interface {}"

    /// The signed numbers it holds; nil when it is another type.
    ///
    /// Go's `int` has 64 bits on every machine of today.
    var signedRange: ClosedRange<Int64>? {
        switch self {
        case .int, .int64: Int64.min...Int64.max
        case .int8: -0x80...0x7F
        case .int16: -0x8000...0x7FFF
        case .int32: -0x8000_0000...0x7FFF_FFFF
        default: nil
        }
    }

    /// The highest unsigned number it holds; nil when it is another type.
    var highestUnsigned: UInt64? {
        switch self {
        case .uint, .uint64, .uintptr: UInt64.max
        case .uint8: 0xFF
        case .uint16: 0xFFFF
        case .uint32: 0xFFFF_FFFF
        default: nil
        }
    }
}
