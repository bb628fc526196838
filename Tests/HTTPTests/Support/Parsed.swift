import HTTP

/// A request head with the bytes it was parsed from, for tests to ask in text.
struct ParsedRequest {
    let bytes: [UInt8]
    let head: RequestHead

    func text(_ range: ByteRange) -> String { String(decoding: bytes[range.range], as: UTF8.self) }

    var lines: [String] { head.fields.map { text($0.name) + "=" + text($0.value) } }
    func nominates(_ name: String) -> Bool { head.isNominated(name.utf8Span.span, in: bytes.span) }
    var query: String? { head.query.map(text) }
}

/// A response head with the bytes it was parsed from.
struct ParsedResponse {
    let bytes: [UInt8]
    let head: ResponseHead

    func text(_ range: ByteRange) -> String { String(decoding: bytes[range.range], as: UTF8.self) }

    var lines: [String] { head.fields.map { text($0.name) + "=" + text($0.value) } }
    func nominates(_ name: String) -> Bool { head.isNominated(name.utf8Span.span, in: bytes.span) }
}

enum TestError: Error {
    case incomplete
}

/// Parses a whole request head; throws the parser's error, or `TestError.incomplete`.
func request(_ bytes: [UInt8], limits: HeadLimits = HeadLimits(), isSecure: Bool = false) throws -> ParsedRequest {
    var parser = RequestHeadParser(limits: limits, isSecure: isSecure)
    var head = RequestHead()
    guard try parser.parse(bytes.span, into: &head) else { throw TestError.incomplete }
    return ParsedRequest(bytes: bytes, head: head)
}

func request(_ text: String, limits: HeadLimits = HeadLimits(), isSecure: Bool = false) throws -> ParsedRequest {
    try request(Array(text.utf8), limits: limits, isSecure: isSecure)
}

/// Parses `GET / HTTP/1.1` with a Host and these lines, each ended here.
func request(fields: String...) throws -> ParsedRequest {
    try request("GET / HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
}

/// Parses a whole response head.
func response(
    _ text: String,
    for method: HTTP.Method = .get,
    limits: HeadLimits = HeadLimits()
) throws -> ParsedResponse {
    let bytes = Array(text.utf8)
    var parser = ResponseHeadParser(limits: limits)
    var head = ResponseHead()
    guard try parser.parse(bytes.span, for: method, into: &head) else { throw TestError.incomplete }
    return ParsedResponse(bytes: bytes, head: head)
}
