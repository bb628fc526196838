import HTTP
import Harness

/// What a service got on one connection: requests one after the other, with what the gateway has to say and nothing
/// that only it may say.
struct ServiceConversation {
    /// The methods' names.
    private(set) var requests: [[UInt8]] = []

    /// - Parameters:
    ///   - hasCookie: whether a client ever showed a cookie that was made for it.
    ///   - mayBreakOff: whether the gateway may have stopped anywhere.
    init(received: [UInt8], hasCookie: Bool, mayBreakOff: Bool) {
        var offset = 0
        while offset < received.count {
            var (head, parser) = (
                RequestHead(), RequestHeadParser(limits: HeadLimits(fields: 256 * 1024, fieldCount: 512))
            )
            let bytes = received.span.extracting(offset..<received.count)
            do {
                guard try parser.parse(bytes, into: &head) else {
                    must(mayBreakOff, "a head is sent whole")
                    return
                }
            } catch {
                must(false, "what a service gets is a request: \(error)")
            }
            requests.append([UInt8](bytes, head.methodName.range))
            checkFields(head, bytes, hasCookie: hasCookie)
            offset += head.length
            var decoder = BodyDecoder(head.body, limits: HeadLimits())
            guard skip(&decoder, received.span, &offset) else { return }
            // What follows may be of another protocol.
            if head.fields.contains(where: { $0.id == .upgrade }) { return }
        }
    }

    /// Whether the body is there to its end.
    private func skip(_ decoder: inout BodyDecoder, _ bytes: Span<UInt8>, _ offset: inout Int) -> Bool {
        while true {
            do {
                switch try decoder.next(bytes, at: &offset) {
                case .end: break
                case .needMore: return false
                case .data: continue
                }
            } catch {
                must(false, "the framing of a request is right: \(error)")
            }
            for field in decoder.trailers { must(!field.id.isReserved, "no trailer is one of the session's") }
            return true
        }
    }

    private func checkFields(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, hasCookie: Bool) {
        must(head.version == .http11, "the gateway speaks HTTP/1.1")
        var values: [String: String] = [:]
        for field in head.fields where field.id.isReserved {
            let name = String(decoding: [UInt8](bytes, field.name.range), as: UTF8.self)
            let value = String(decoding: [UInt8](bytes, field.value.range), as: UTF8.self)
            must(values.updateValue(value, forKey: name) == nil, "once each: \(name)")
        }
        must(head.fields.contains { $0.id == .via }, "the gateway says that the request came through it")
        let known = ["X-Session-Policy", "X-Session", "X-Session-Id", "X-Flash"]
        must(values.keys.allSatisfy(known.contains), "a field only the gateway may send: \(values.keys)")
        switch values["X-Session-Policy"] {
        case "null":
            must(values.count == 1, "a Null route has no session")
        case "cookie":
            must(hasCookie || values["X-Session"] == "{}", "a session comes from a cookie alone")
            must(hasCookie || values.count == 2, "and so do id and flash")
        default:
            must(false, "every request says its policy")
        }
    }
}
