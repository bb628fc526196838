/// A server's address that cannot be read, and why.
public struct ServerAddressError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The address as written.
    public let text: String
    /// What is wrong, as a sentence without its stop.
    public let reason: String

    init(_ text: String, _ reason: String) {
        self.text = text
        self.reason = reason
    }

    /// As in `"ftp://a": the scheme is http, https or unix`.
    public var description: String { "\"\(text)\": \(reason)" }
}
