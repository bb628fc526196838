/// A session's value that is sent upstream in a header field of its own.
public struct ExposedValue: Sendable, Equatable {
    /// The field's name, as `X-User-Id`.
    public var header: String
    /// The value's name in the session, as `user_id`.
    public var key: String

    /// Sends the value `key` as the field `header`.
    public init(header: String, key: String) {
        self.header = header
        self.key = key
    }
}
