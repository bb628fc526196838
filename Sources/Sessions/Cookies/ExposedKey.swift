/// The name of a value that is looked for in every request's session, made ready once: one that is sent as a header
/// field of its own, or the subject's.
public struct ExposedKey: Sendable {
    /// As it stands in the text of a session.
    let name: [UInt8]

    /// Makes the name ready.
    public init(_ name: String) {
        self.name = JSON.text(of: name)
    }

    /// The value as plain text, in the text of `X-Session`; nothing is decoded but this value.
    public func find(in json: Span<UInt8>) -> ExposedText {
        JSONScanner.plainText(under: name.span, in: json)
    }
}
