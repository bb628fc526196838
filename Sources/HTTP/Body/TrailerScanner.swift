/// Collects a trailer section in memory of its own, since its end says whether it may be forwarded at all.
struct TrailerScanner: Sendable {
    private var bytes: [UInt8] = []
    private var lines: [FieldLine] = []
    private var position = 0
    private var scanner: FieldScanner
    private let limit: Int

    init(limits: HeadLimits) {
        scanner = FieldScanner(limits: limits)
        limit = limits.fields
    }

    /// Takes bytes from `offset` on; true when the section is over and `offset` is behind it.
    mutating func next(_ input: Span<UInt8>, at offset: inout Int) throws(FramingError) -> Bool {
        while offset < input.count {
            // A line at a time: the section can only end with one, so nothing behind it is taken. No more than the
            // limit allows is kept.
            var isLineEnd = false
            while offset < input.count, !isLineEnd, bytes.count < limit {
                isLineEnd = input[offset] == .lineFeed
                bytes.append(input[offset])
                offset += 1
            }
            if try scan() { return true }
        }
        return false
    }

    private mutating func scan() throws(FramingError) -> Bool {
        let bytes = bytes
        while true {
            do {
                switch try scanner.next(bytes.span, from: 0, at: &position) {
                case .needMore: return false
                case .line(let line): lines.append(line)
                case .end: return true
                }
            } catch {
                throw FramingError(error)
            }
        }
    }

    /// Whether a name the gateway has no case for controls, conditions or describes a message (RFC 9110 section
    /// 6.5.1).
    private func actsOnContent(_ name: Span<UInt8>) -> Bool {
        if name.count > 3, equalsIgnoringCase(name.extracting(first: 3), "if-") { return true }
        return equalsIgnoringCase(name, "content-encoding") || equalsIgnoringCase(name, "content-type")
            || equalsIgnoringCase(name, "content-range") || equalsIgnoringCase(name, "range")
            || equalsIgnoringCase(name, "www-authenticate") || equalsIgnoringCase(name, "age")
            || equalsIgnoringCase(name, "expires") || equalsIgnoringCase(name, "pragma")
            || equalsIgnoringCase(name, "retry-after")
    }

    /// Writes the fields that may be forwarded.
    func write(to output: inout [UInt8], _ fields: inout [FieldLine]) {
        for line in lines where isAllowedInTrailers(line.id) && !actsOnContent(bytes.span.extracting(line.name.range)) {
            let name = output.count
            output += bytes[line.name.range]
            let nameEnd = output.count
            output.append(.colon)
            output.append(.space)
            let value = output.count
            output += bytes[line.value.range]
            let valueEnd = output.count
            output.append(.carriageReturn)
            output.append(.lineFeed)
            fields.append(FieldLine(name: ByteRange(name, nameEnd), value: ByteRange(value, valueEnd), id: line.id))
        }
    }
}

/// Whether a field may be forwarded in a trailer section (RFC 9110 section 6.5.1): none that frames or routes a
/// message, says who someone is, or belongs to the gateway; those take effect only where they were checked, in the
/// head.
public func isAllowedInTrailers(_ id: FieldName) -> Bool {
    switch id {
    case .other, .accept, .date, .location, .proxyStatus, .referer, .server, .userAgent, .vary: true
    default: false
    }
}
