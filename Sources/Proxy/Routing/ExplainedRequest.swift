public import HTTP

/// A request as `gateway explain` is given it: made into the bytes a client would send, and parsed as they would be.
public struct ExplainedRequest: Sendable {
    /// The bytes of the head.
    public let bytes: [UInt8]
    /// What the parser made of them; nil when it refused them.
    public let head: RequestHead?
    /// Why the gateway would refuse them: the status, and the reason in a few words.
    public let refusal: (status: Int, reason: String)?
    /// Whether the URL says that the client comes over https.
    public let isSecure: Bool
    /// The method and URL as given.
    public let title: String

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - url: An `http` or `https` URL, or a path; then the host is that of a Host field, else `localhost`.
    ///   - headers: Field lines, `Name: value`.
    ///   - limits: The largest head that is taken.
    public init(method: String, url: String, headers: [String], limits: HeadLimits = HeadLimits()) {
        title = "\(method) \(url)"
        isSecure = url.lowercased().hasPrefix("https://")
        var rest = Substring(url)
        var host = "localhost"
        for scheme in ["http://", "https://"] where url.lowercased().hasPrefix(scheme) {
            rest = url.dropFirst(scheme.count)
            let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
            host = String(rest[..<end])
            rest = rest[end...]
        }
        // A fragment never leaves the browser.
        var target = String(rest.prefix { $0 != "#" })
        if target.isEmpty || target.hasPrefix("?") { target = "/" + target }
        var text = "\(method) \(target) HTTP/1.1\r\n"
        if !headers.contains(where: { $0.lowercased().hasPrefix("host:") }) { text += "Host: \(host)\r\n" }
        for header in headers { text += header + "\r\n" }
        text += "\r\n"
        bytes = Array(text.utf8)
        (head, refusal) = Self.parse(bytes, limits)
    }

    private static func parse(_ bytes: [UInt8], _ limits: HeadLimits) -> (RequestHead?, (status: Int, reason: String)?)
    {
        var parser = RequestHeadParser(limits: limits)
        var head = RequestHead()
        do throws(RequestError) {
            let isComplete = try parser.parse(bytes.span, into: &head)
            return isComplete ? (head, nil) : (nil, (400, "the head is not complete"))
        } catch {
            return (nil, (error.status, "\(error.reason)"))
        }
    }

    /// A part of the head as text.
    func text(_ range: ByteRange) -> String { String(decoding: bytes[range.range], as: UTF8.self) }

    /// The values of a field's lines.
    func values(of name: String) -> [String] {
        (head?.fields ?? []).filter { text($0.name).lowercased() == name.lowercased() }.map { text($0.value) }
    }
}
