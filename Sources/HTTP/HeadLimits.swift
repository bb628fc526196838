/// How much of a message head is read before it is refused.
public struct HeadLimits: Sendable {
    /// The longest request line or status line, in bytes without its line end; default 16 KiB, over it 414.
    public var requestLine: Int = 16384
    /// The largest field section, in bytes with its empty line; default 64 KiB, over it 431.
    public var fields: Int = 65536
    /// The most field lines; default 256, over it 431.
    public var fieldCount: Int = 256

    /// Limits, in bytes, bytes and lines.
    public init(requestLine: Int = 16384, fields: Int = 65536, fieldCount: Int = 256) {
        self.requestLine = requestLine
        self.fields = fields
        self.fieldCount = fieldCount
    }
}
