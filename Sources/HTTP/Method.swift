/// A request method (RFC 9110 section 9).
///
/// Methods are case-sensitive: `get` is `.other`.
public enum Method: UInt8, Sendable {
    /// The methods of RFC 9110 and PATCH (RFC 5789); `.other` for every other name.
    case get, head, post, put, delete, patch, options, trace, connect, other

    /// Whether the method is defined as read-only (RFC 9110 section 9.2.1).
    ///
    /// False for unknown methods.
    public var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        case .post, .put, .delete, .patch, .connect, .other: false
        }
    }

    /// Whether sending it twice means the same as sending it once (RFC 9110 section 9.2.2).
    ///
    /// False for unknown methods.
    public var isIdempotent: Bool {
        switch self {
        case .get, .head, .options, .trace, .put, .delete: true
        case .post, .patch, .connect, .other: false
        }
    }

    /// The method a name stands for.
    public init(_ name: Span<UInt8>) {
        guard name.count <= 7 else {
            self = .other
            return
        }
        // The one in front tells a name from the same with zero bytes before it.
        var word: UInt64 = 1
        for index in name.indices { word = word << 8 | UInt64(name[index]) }
        // The names in ASCII, the first letter highest.
        switch word {
        case 0x0147_4554: self = .get
        case 0x01_4845_4144: self = .head
        case 0x01_504F_5354: self = .post
        case 0x0150_5554: self = .put
        case 0x01_4445_4C45_5445: self = .delete
        case 0x0150_4154_4348: self = .patch
        case 0x014F_5054_494F_4E53: self = .options
        case 0x0154_5241_4345: self = .trace
        case 0x0143_4F4E_4E45_4354: self = .connect
        default: self = .other
        }
    }
}
