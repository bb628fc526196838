import HTTP
import Harness

/// What a client sent, read as the gateway has to read it, and what it was answered, which must be lawful.
struct ClientConversation {
    /// The methods of the requests whose heads came whole.
    private(set) var requests: [(method: Method, name: [UInt8], version: Version, isUpgrade: Bool)] = []
    /// Whether something follows that is no request, or not yet one.
    private var hasRest = false

    init(sent: [UInt8]) {
        var offset = 0
        while offset < sent.count {
            var (head, parser) = (RequestHead(), RequestHeadParser(limits: HeadLimits()))
            let bytes = sent.span.extracting(offset..<sent.count)
            guard (try? parser.parse(bytes, into: &head)) == true else {
                hasRest = true
                return
            }
            let isUpgrade = head.fields.contains { $0.id == .upgrade }
            requests.append((head.method, [UInt8](bytes, head.methodName.range), head.version, isUpgrade))
            offset += head.length
            var decoder = BodyDecoder(head.body, limits: HeadLimits())
            guard Self.skip(&decoder, sent.span, &offset) == .complete else { return }
        }
    }

    private enum Rest { case complete, incomplete, malformed }

    private static func skip(_ decoder: inout BodyDecoder, _ bytes: Span<UInt8>, _ offset: inout Int) -> Rest {
        while true {
            do {
                switch try decoder.next(bytes, at: &offset) {
                case .end: return .complete
                case .needMore: return .incomplete
                case .data: continue
                }
            } catch {
                return .malformed
            }
        }
    }

    /// - Parameter mayBreakOff: whether the gateway may have stopped anywhere, because nobody took what it said.
    func check(answers: [UInt8], mayBreakOff: Bool) {
        var (offset, answered) = (0, 0)
        while offset < answers.count {
            must(
                answered < requests.count || (hasRest && answered == requests.count),
                "there is a request for each answer"
            )
            let request = answered < requests.count ? requests[answered] : nil
            var (head, parser) = (ResponseHead(), ResponseHeadParser(limits: HeadLimits()))
            let bytes = answers.span.extracting(offset..<answers.count)
            do {
                guard try parser.parse(bytes, for: request?.method ?? .get, into: &head) else {
                    must(mayBreakOff, "a head is sent whole")
                    return
                }
            } catch {
                must(false, "what the client gets is an answer: \(error)")
            }
            offset += head.length
            must(head.version == .http11, "the gateway speaks HTTP/1.1")
            must(!head.fields.contains { $0.id.isReserved }, "no field of the session's reaches a client")
            must(request != nil || head.status >= 400, "what is no request is refused, not answered \(head.status)")
            if head.isInterim {
                must(request?.version == .http11, "an interim answer goes to HTTP/1.1 alone")
                continue
            }
            if head.status == 101 {
                must(request?.isUpgrade == true, "another protocol is for who asked for it")
                return
            }
            must(request?.version != .http10 || (head.body != .chunked && !head.persistent), "HTTP/1.0 knows neither")
            answered += 1
            var decoder = BodyDecoder(head.body, limits: HeadLimits())
            switch Self.skip(&decoder, answers.span, &offset) {
            case .complete: must(head.persistent || offset == answers.count, "nothing comes after the last answer")
            case .incomplete: return
            case .malformed: must(false, "the framing of an answer is right")
            }
        }
    }
}
