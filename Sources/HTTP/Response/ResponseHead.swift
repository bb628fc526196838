/// The head of a response: what it says, and where its parts lie in the bytes it was parsed from.
///
/// Every range is an offset into the span given to the parser.
public struct ResponseHead: Sendable {
    /// The protocol version.
    public internal(set) var version = Version.http11
    /// The status code, 100 to 599.
    public internal(set) var status = 0
    /// The reason phrase, perhaps empty.
    public internal(set) var reason = ByteRange.empty
    /// The field lines in their order.
    public internal(set) var fields: [FieldLine] = []
    /// How the body's length is told; `.none` for HEAD, 1xx, 204 and 304 whatever their fields say.
    public internal(set) var body = BodyFraming.none
    /// Whether the upstream connection may be used again after this response.
    public internal(set) var persistent = false
    /// The names nominated by Connection, other than `close` and `keep-alive` (RFC 9110 section 7.6.1).
    public internal(set) var connectionOptions: [ByteRange] = []
    /// The bytes of the whole head with its empty line.
    public internal(set) var length = 0

    /// Whether another response follows this one: 1xx other than 101 (RFC 9110 section 15.2).
    public var isInterim: Bool { status < 200 && status != 101 }

    /// An empty head for a parser to fill.
    public init() {}

    /// Empties the head and keeps its arrays' memory for the next response.
    public mutating func reset() {
        version = .http11
        status = 0
        reason = .empty
        fields.removeAll(keepingCapacity: true)
        body = .none
        persistent = false
        connectionOptions.removeAll(keepingCapacity: true)
        length = 0
    }

    /// Whether Connection nominates a field name, so that it must not be forwarded.
    ///
    /// `bytes` is what was parsed.
    public func isNominated(_ name: Span<UInt8>, in bytes: Span<UInt8>) -> Bool {
        for index in connectionOptions.indices
        where equalsIgnoringCase(bytes.extracting(connectionOptions[index].range), name) {
            return true
        }
        return false
    }
}
