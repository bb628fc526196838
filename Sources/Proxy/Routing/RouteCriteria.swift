internal import HTTP

/// What a route asks of a request besides host and path.
struct RouteCriteria: Sendable {
    /// The methods it names, a bit for each `HTTP.Method`; zero: it names none, and takes any.
    let named: UInt16
    /// The methods it takes: those it names, HEAD with GET, or all.
    let taken: UInt16
    /// Whether the methods are all it asks for, and each has a bit of its own.
    let isPlain: Bool
    /// Methods that share the bit of `.other`.
    private let otherMethods: [[UInt8]]
    private let headers: [(name: [UInt8], value: [UInt8]?)]
    private let query: [(name: [UInt8], value: [UInt8]?)]

    init(_ route: RouteSettings) {
        var named: UInt16 = 0
        var others: [[UInt8]] = []
        for name in route.methods {
            let bytes = Array(name.utf8)
            let method = Method(bytes.span)
            named |= 1 << UInt16(method.rawValue)
            if method == .other { others.append(bytes) }
        }
        self.named = named
        let head = named & Self.bit(.get) != 0 ? Self.bit(.head) : 0
        taken = named == 0 ? UInt16.max : named | head
        otherMethods = others
        headers = route.headers.map { (Array($0.name.lowercased().utf8), $0.value.map { Array($0.utf8) }) }
        query = route.query.map { (Array($0.name.utf8), $0.value.map { Array($0.utf8) }) }
        isPlain = others.isEmpty && headers.isEmpty && query.isEmpty
    }

    static func bit(_ method: Method) -> UInt16 { 1 << UInt16(method.rawValue) }

    /// Whether a method that shares the bit of `.other` is one of those named; true if none is named.
    func takesOther(_ method: Span<UInt8>) -> Bool {
        guard named != 0 else { return true }
        for index in otherMethods.indices where Self.isEqual(method, otherMethods[index]) { return true }
        return false
    }

    /// Whether the request has the fields and query parameters asked for.
    func accepts(head: RequestHead, bytes: Span<UInt8>, query text: Span<UInt8>) -> Bool {
        for index in headers.indices where !hasField(index, head, bytes) { return false }
        for index in query.indices where !hasParameter(index, text) { return false }
        return true
    }

    private func hasField(_ index: Int, _ head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        for line in head.fields.indices {
            let field = head.fields[line]
            guard Self.isEqual(bytes.extracting(field.name.range), headers[index].name, ignoringCase: true) else {
                continue
            }
            guard let value = headers[index].value else { return true }
            if Self.isEqual(bytes.extracting(field.value.range), value) { return true }
        }
        return false
    }

    private func hasParameter(_ index: Int, _ text: Span<UInt8>) -> Bool {
        var start = 0
        while start < text.count {
            var end = start
            var equals = -1
            while end < text.count, text[end] != UInt8(ascii: "&") {
                if equals < 0, text[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            let nameEnd = equals < 0 ? end : equals
            if Self.decodes(text.extracting(start..<nameEnd), to: query[index].name) {
                guard let value = query[index].value else { return true }
                let given = equals < 0 ? end..<end : equals + 1..<end
                if Self.decodes(text.extracting(given), to: value) { return true }
            }
            start = end + 1
        }
        return false
    }

    /// Whether a part of a query is `plain` after percent-decoding, with `+` for a space.
    private static func decodes(_ text: Span<UInt8>, to plain: [UInt8]) -> Bool {
        var position = 0
        var index = 0
        while index < text.count {
            var byte = text[index]
            if byte == UInt8(ascii: "+") {
                byte = UInt8(ascii: " ")
            } else if byte == UInt8(ascii: "%"), index + 2 < text.count, let high = hex(text[index + 1]),
                let low = hex(text[index + 2])
            {
                byte = high << 4 | low
                index += 2
            }
            guard position < plain.count, plain[position] == byte else { return false }
            position += 1
            index += 1
        }
        return position == plain.count
    }

    /// Compares with stored bytes, which are lower case where the case is ignored.
    private static func isEqual(_ text: Span<UInt8>, _ stored: [UInt8], ignoringCase: Bool = false) -> Bool {
        guard text.count == stored.count else { return false }
        for index in text.indices where (ignoringCase ? text[index].lowercased : text[index]) != stored[index] {
            return false
        }
        return true
    }

    /// The value of a hexadecimal digit.
    static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
