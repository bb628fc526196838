/// The head of a request: what it asks for, and where its parts lie in the bytes it was parsed from.
///
/// Every range is an offset into the span given to the parser.
public struct RequestHead: Sendable {
    /// The method.
    public internal(set) var method = Method.other
    /// The method's name.
    public internal(set) var methodName = ByteRange.empty
    /// The whole request target.
    public internal(set) var target = ByteRange.empty
    /// The form of the target.
    public internal(set) var form = TargetForm.origin
    /// `host[:port]` that counts: the target's in absolute-form, else Host's value; empty for HTTP/1.0 without Host.
    public internal(set) var authority = ByteRange.empty
    /// The authority without its port; an IPv6 address keeps its brackets.
    public internal(set) var host = ByteRange.empty
    /// The path; `*` in asterisk-form, empty for an absolute-form target without one (forwarded as `/`).
    public internal(set) var path = ByteRange.empty
    /// What follows the first `?`; nil without one, empty with a lone one.
    public internal(set) var query: ByteRange?
    /// The protocol version.
    public internal(set) var version = Version.http11
    /// The field lines in their order.
    public internal(set) var fields: [FieldLine] = []
    /// How the body's length is told; never `.untilClose`.
    public internal(set) var body = BodyFraming.none
    /// Whether the client may use the connection for another request; never with HTTP/1.0 (RFC 9112 section 9.3).
    public internal(set) var persistent = false
    /// Whether the client waits for 100 (Continue); HTTP/1.1 only (RFC 9110 section 10.1.1).
    public internal(set) var expectsContinue = false
    /// The names nominated by Connection, other than `close` and `keep-alive` (RFC 9110 section 7.6.1).
    public internal(set) var connectionOptions: [ByteRange] = []
    /// The bytes of the whole head with its empty line, and with an empty line skipped before it.
    public internal(set) var length = 0

    /// An empty head for a parser to fill.
    public init() {}

    /// Empties the head and keeps its arrays' memory for the next request.
    public mutating func reset() {
        method = .other
        methodName = .empty
        target = .empty
        form = .origin
        authority = .empty
        host = .empty
        path = .empty
        query = nil
        version = .http11
        fields.removeAll(keepingCapacity: true)
        body = .none
        persistent = false
        expectsContinue = false
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
