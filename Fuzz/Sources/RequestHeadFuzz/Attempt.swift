import HTTP
import Harness

/// What became of parsing some bytes as a request head.
struct Attempt {
    /// How it ended.
    enum Outcome: Equatable {
        case complete, incomplete
        case refused(RequestError)
    }

    private(set) var head = RequestHead()
    private(set) var what = Outcome.incomplete

    /// Parses all bytes in one call.
    init(_ bytes: Span<UInt8>, limits: HeadLimits) {
        var parser = RequestHeadParser(limits: limits)
        feed(&parser, bytes)
    }

    /// Parses a span that grows by one byte a call.
    init(byteByByte bytes: Span<UInt8>, limits: HeadLimits) {
        var parser = RequestHeadParser(limits: limits)
        var count = 1
        while count <= bytes.count, what == .incomplete {
            feed(&parser, bytes.extracting(first: count))
            count += 1
        }
    }

    private mutating func feed(_ parser: inout RequestHeadParser, _ bytes: Span<UInt8>) {
        do {
            what = try parser.parse(bytes, into: &head) ? .complete : .incomplete
        } catch {
            what = .refused(error)
        }
    }

    /// Whether both ended the same way, and found the same.
    func isSame(as other: Attempt) -> Bool {
        guard what == other.what else { return false }
        guard what == .complete else { return true }
        return head.length == other.head.length && head.methodName == other.head.methodName
            && head.target == other.head.target && isMeaningSame(as: other)
            && head.path == other.head.path && head.query == other.head.query
            && head.authority == other.head.authority && head.host == other.head.host
            && head.fields == other.head.fields && head.connectionOptions == other.head.connectionOptions
    }

    private func isMeaningSame(as other: Attempt) -> Bool {
        head.method == other.head.method && head.form == other.head.form && head.version == other.head.version
            && head.body == other.head.body && head.persistent == other.head.persistent
            && head.expectsContinue == other.head.expectsContinue
    }

    /// Checks a complete head against its bytes.
    func checkHead(_ bytes: Span<UInt8>, limits: HeadLimits) {
        must(head.length > 0 && head.length <= bytes.count, "the head is a part of the bytes")
        let end = head.length
        must(bytes[end - 2] == 0x0D && bytes[end - 1] == 0x0A, "a head ends with CRLF")
        for range in [head.methodName, head.target, head.path, head.authority, head.host] {
            must(range.range.upperBound <= end, "ranges are inside the head")
        }
        must(!head.methodName.isEmpty && !head.target.isEmpty, "there is a method and a target")
        must(head.target.count <= limits.requestLine, "a target is no longer than its line may be")
        must(!has(bytes, head.target.range) { $0 <= 0x20 || $0 >= 0x7F }, "a target is visible ASCII")
        must(head.body != .untilClose, "no request ends with its connection")
        must(!(head.version == .http10 && (head.persistent || head.body == .chunked)), "HTTP/1.0 has neither")
        must(!(head.version == .http11 && head.host.isEmpty), "an HTTP/1.1 request says its host")
        checkPath(bytes)
        checkFields(bytes, limits: limits)
        checkWrittenAgain(bytes, limits: limits)
    }

    private func checkPath(_ bytes: Span<UInt8>) {
        let target = head.target.range
        if let query = head.query?.range {
            must(bytes[query.lowerBound - 1] == 0x3F && query.upperBound == target.upperBound, "a query follows `?`")
            must(head.path.range.upperBound == query.lowerBound - 1, "path and query are neighbours")
        } else {
            must(head.path.range.upperBound == target.upperBound, "without a query the path ends the target")
        }
        must(!has(bytes, head.path.range) { $0 == 0x3F }, "no path has a `?`")
        guard head.form != .asterisk, !head.path.isEmpty else { return }
        must(bytes[head.path.range.lowerBound] == 0x2F, "a path begins with a slash")
        checkNormalForms(bytes.extracting(head.path.range))
    }

    /// A normal form is its own normal form.
    private func checkNormalForms(_ path: Span<UInt8>) {
        var first = NormalPath()
        guard first.read(path) == .normalized else { return }
        var second = NormalPath()
        switch second.read(first.conservative.span) {
        case .plain: break
        case .normalized: must(second.conservative == first.conservative, "the normal form is its own normal form")
        case .refused(let error): must(false, "no normal form is refused: \(error)")
        }
        must(first.aggressive.first == 0x2F, "the aggressive form begins with a slash")
    }

    private func checkFields(_ bytes: Span<UInt8>, limits: HeadLimits) {
        must(head.fields.count <= limits.fieldCount, "there are no more fields than may be")
        var position = head.target.range.upperBound
        for field in head.fields {
            must(field.name.range.lowerBound > position && !field.name.isEmpty, "fields follow one another")
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
    private func checkWrittenAgain(_ bytes: Span<UInt8>, limits: HeadLimits) {
        var text = [UInt8](bytes, head.methodName.range)
        text.append(0x20)
        text += [UInt8](bytes, head.target.range)
        text += Array((head.version == .http11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n").utf8)
        for field in head.fields {
            text += [UInt8](bytes, field.name.range) + [0x3A, 0x20] + [UInt8](bytes, field.value.range) + [0x0D, 0x0A]
        }
        text += [0x0D, 0x0A]
        // A space more for each field: the limits are not what is tested.
        let again = Attempt(text.span, limits: HeadLimits())
        must(again.what == .complete && again.head.length == text.count, "what was written is one head: \(again.what)")
        must(isMeaningSame(as: again), "what was written means the same")
        must(again.head.fields.map(\.id) == head.fields.map(\.id), "what was written has the same fields")
    }

    private func has(_ bytes: Span<UInt8>, _ range: Range<Int>, _ isUnwanted: (UInt8) -> Bool) -> Bool {
        for index in range where isUnwanted(bytes[index]) { return true }
        return false
    }
}
