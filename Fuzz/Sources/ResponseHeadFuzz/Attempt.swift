import HTTP
import Harness

/// What became of parsing some bytes as a response head.
struct Attempt {
    /// How it ended.
    enum Outcome: Equatable {
        case complete, incomplete
        case refused(ResponseError)
    }

    private(set) var head = ResponseHead()
    private(set) var what = Outcome.incomplete

    /// Parses all bytes in one call.
    init(_ bytes: Span<UInt8>, for method: Method, limits: HeadLimits) {
        var parser = ResponseHeadParser(limits: limits)
        feed(&parser, bytes, method)
    }

    /// Parses a span that grows by one byte a call.
    init(byteByByte bytes: Span<UInt8>, for method: Method, limits: HeadLimits) {
        var parser = ResponseHeadParser(limits: limits)
        var count = 1
        while count <= bytes.count, what == .incomplete {
            feed(&parser, bytes.extracting(first: count), method)
            count += 1
        }
    }

    private mutating func feed(_ parser: inout ResponseHeadParser, _ bytes: Span<UInt8>, _ method: Method) {
        do {
            what = try parser.parse(bytes, for: method, into: &head) ? .complete : .incomplete
        } catch {
            what = .refused(error)
        }
    }

    /// Whether both ended the same way, and found the same.
    func isSame(as other: Attempt) -> Bool {
        guard what == other.what else { return false }
        guard what == .complete else { return true }
        return head.length == other.head.length && head.reason == other.head.reason && isMeaningSame(as: other)
            && head.fields == other.head.fields && head.connectionOptions == other.head.connectionOptions
    }

    private func isMeaningSame(as other: Attempt) -> Bool {
        head.status == other.head.status && head.version == other.head.version && head.body == other.head.body
            && head.persistent == other.head.persistent && head.isInterim == other.head.isInterim
    }

    /// Checks a complete head against its bytes.
    func checkHead(_ bytes: Span<UInt8>, for method: Method, limits: HeadLimits) {
        must(head.length > 0 && head.length <= bytes.count, "the head is a part of the bytes")
        must(bytes[head.length - 2] == 0x0D && bytes[head.length - 1] == 0x0A, "a head ends with CRLF")
        must((100...599).contains(head.status), "a status has three digits, and a meaning")
        must(head.reason.range.upperBound <= head.length, "the reason is inside the head")
        let isBodiless = method == .head || head.status < 200 || head.status == 204 || head.status == 304
        must(!isBodiless || head.body == .none, "no body where there can be none")
        must(!(head.body == .untilClose && head.persistent), "a body that ends the connection ends it")
        must(!(head.version == .http10 && head.body == .chunked), "HTTP/1.0 has no chunks")
        checkFields(bytes, limits: limits)
        checkWrittenAgain(bytes, for: method)
    }

    private func checkFields(_ bytes: Span<UInt8>, limits: HeadLimits) {
        must(head.fields.count <= limits.fieldCount, "there are no more fields than may be")
        var position = head.reason.range.upperBound
        for field in head.fields {
            must(field.name.range.lowerBound >= position && !field.name.isEmpty, "fields follow one another")
            must(field.value.range.lowerBound > field.name.range.upperBound, "a value is behind its name")
            position = field.value.range.upperBound
            must(position <= head.length - 4, "fields are inside the head")
            must(!has(bytes, field.value.range) { $0 == 0 || $0 == 0x0A || $0 == 0x0D }, "no value breaks its line")
            must(!has(bytes, field.name.range) { $0 <= 0x20 || $0 == 0x3A || $0 >= 0x7F }, "a name is a token")
            must(field.id == FieldName.classify(bytes.extracting(field.name.range)), "a field is what its name says")
        }
        for option in head.connectionOptions {
            must(option.range.upperBound <= head.length && !option.isEmpty, "options are inside the head")
        }
    }

    /// Writes the parts as a new head, as a proxy does: it must be read as the same.
    private func checkWrittenAgain(_ bytes: Span<UInt8>, for method: Method) {
        var text = Array("\(head.version == .http11 ? "HTTP/1.1" : "HTTP/1.0") \(head.status) ".utf8)
        text += [UInt8](bytes, head.reason.range) + [0x0D, 0x0A]
        for field in head.fields {
            text += [UInt8](bytes, field.name.range) + [0x3A, 0x20] + [UInt8](bytes, field.value.range) + [0x0D, 0x0A]
        }
        text += [0x0D, 0x0A]
        let again = Attempt(text.span, for: method, limits: HeadLimits())
        must(again.what == .complete && again.head.length == text.count, "what was written is one head: \(again.what)")
        must(isMeaningSame(as: again), "what was written means the same")
        must(again.head.fields.map(\.id) == head.fields.map(\.id), "what was written has the same fields")
    }

    private func has(_ bytes: Span<UInt8>, _ range: Range<Int>, _ isUnwanted: (UInt8) -> Bool) -> Bool {
        for index in range where isUnwanted(bytes[index]) { return true }
        return false
    }
}
