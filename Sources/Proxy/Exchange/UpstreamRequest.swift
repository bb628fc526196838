import HTTP
import LinuxIO

/// Writes the head that goes upstream: what the client said, less what was meant for the gateway, plus what the gateway
/// says.
///
/// Fields that pass are copied in runs, as they came; names nominated by `Connection` go first and ours are added
/// after, so that no nomination can remove one of ours (H3).
enum UpstreamRequest {
    static func write(
        _ exchange: Exchange,
        _ head: RequestHead,
        route: Route,
        target: TargetScratch,
        into out: ByteBuffer
    ) {
        let bytes = exchange.headBytes.readable.span
        let facts = exchange.facts
        out.append(bytes.extracting(head.methodName.range))
        out.append(0x20)
        let targetStart = out.count
        target.write(head, bytes, route, into: out)
        let targetEnd = out.count
        out.append(" HTTP/1.1\r\nHost: ")
        writeHost(head, bytes, route, into: out)
        out.append("\r\n")
        copyFields(exchange, bytes, route, into: out)
        writeForwarded(exchange, bytes, route, into: out)
        exchange.visit.writeFields(into: out)
        if let policy = exchange.visit.policy, policy.signer != nil {
            policy.writeSignature(
                exchange.visit,
                method: bytes.extracting(head.methodName.range),
                target: out.readable.span.extracting(targetStart..<targetEnd),
                now: exchange.worker.loop.wallClock,
                number: exchange.worker.secureRandom.next(),
                into: out
            )
        }
        route.requestEdits?.writeAdded(into: out)
        writeFraming(exchange.head.body, into: out)
        writeConnection(exchange, facts, bytes, into: out)
        out.append("\r\n")
    }

    private static func writeHost(
        _ head: borrowing RequestHead,
        _ bytes: Span<UInt8>,
        _ route: Route,
        into out: ByteBuffer
    ) {
        if let host = route.requestEdits?.host {
            out.append(host)
        } else if head.authority.isEmpty {
            // An HTTP/1.0 client may leave it out; HTTP/1.1 may not (RFC 9112 §3.2).
            out.append("localhost")
        } else {
            out.append(bytes.extracting(head.authority.range))
        }
    }

    private static func copyFields(_ exchange: Exchange, _ bytes: Span<UInt8>, _ route: Route, into out: ByteBuffer) {
        let fields = exchange.head.fields
        guard let first = fields.first else { return }
        var run = FieldRun(start: Int(first.name.lower))
        for index in fields.indices {
            let line = fields[index]
            if passes(line, exchange, bytes, route) { continue }
            run.cut(before: line, bytes, into: out)
            if line.id == .cookie, route.requestEdits?.removes(bytes.extracting(line.name.range)) != true {
                exchange.visit.writeCookie(line, bytes, route, into: out)
            }
            run.start = index + 1 < fields.count ? Int(fields[index + 1].name.lower) : -1
        }
        // The head ends with CRLF CRLF: the last line's CRLF belongs to the run.
        run.cut(at: exchange.headBytes.count - 2, bytes, into: out)
    }

    private static func passes(_ line: FieldLine, _ exchange: Exchange, _ bytes: Span<UInt8>, _ route: Route) -> Bool {
        switch line.id {
        case .host, .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .contentLength, .upgrade,
            .http2Settings, .xForwardedFor, .xForwardedHost, .xForwardedProto, .xRequestID, .maxForwards:
            return false
        case .cookie:
            if exchange.visit.cutsCookies { return false }
        case .forwarded, .xRealIP:
            if !exchange.facts.isTrusted { return false }
        case .expect:
            if !exchange.head.expectsContinue { return false }
        case .trailer:
            if exchange.head.body != .chunked { return false }
        case .other:
            if !exchange.facts.isTrusted, RequestFacts.isForwarded(bytes.extracting(line.name.range)) { return false }
        default:
            if line.id.isReserved { return false }
        }
        let name = bytes.extracting(line.name.range)
        // Whatever the name under `expose:` is, nobody but the gateway says it.
        if exchange.edition.snapshot.exposedNames.contains(name) { return false }
        if let edits = route.requestEdits, edits.removes(name) { return false }
        if exchange.head.connectionOptions.isEmpty || line.id == .cookie { return true }
        return !exchange.head.isNominated(name, in: bytes)
    }

    /// What the route sets or removes by itself is left to it.
    private static func writeForwarded(_ exchange: Exchange, _ bytes: Span<UInt8>, _ route: Route, into out: ByteBuffer)
    {
        let facts = exchange.facts
        let edits = route.requestEdits
        if edits?.removes("x-forwarded-for") != true {
            out.append("X-Forwarded-For: ")
            if facts.forwardedForLines > 0 { copyForwardedFor(exchange.head, bytes, into: out) }
            out.append(exchange.client?.peerText ?? [])
            out.append("\r\n")
        }
        if edits?.removes("x-forwarded-proto") != true {
            out.append("X-Forwarded-Proto: ")
            if let proto = facts.forwardedProto {
                out.append(bytes.extracting(proto.range))
            } else {
                out.append("http")
            }
            out.append("\r\n")
        }
        let host = facts.forwardedHost ?? exchange.head.authority
        if !host.isEmpty, edits?.removes("x-forwarded-host") != true {
            out.append("X-Forwarded-Host: ")
            out.append(bytes.extracting(host.range))
            out.append("\r\n")
        }
        if edits?.removes("x-request-id") != true {
            out.append("X-Request-Id: ")
            exchange.requestID.write(into: out, head: bytes)
            out.append("\r\n")
        }
        out.append(Via.line(exchange.head.version))
        if let left = facts.maxForwards {
            out.append("Max-Forwards: ")
            // Only TRACE and OPTIONS count it down (RFC 9110 §7.6.2).
            out.appendDecimal(exchange.head.method == .options && left > 0 ? left - 1 : left)
            out.append("\r\n")
        }
    }

    /// The lines a trusted proxy sent are one list (RFC 9110 §5.3), to which the peer is added.
    private static func copyForwardedFor(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, into out: ByteBuffer) {
        for index in head.fields.indices where head.fields[index].id == .xForwardedFor {
            let list = head.fields[index].value
            if list.isEmpty { continue }
            out.append(bytes.extracting(list.range))
            out.append(", ")
        }
    }

    private static func writeFraming(_ body: BodyFraming, into out: ByteBuffer) {
        switch body {
        case .length(let length):
            out.append("Content-Length: ")
            out.appendDecimal(length)
            out.append("\r\n")
        case .chunked:
            out.append("Transfer-Encoding: chunked\r\n")
        case .none, .untilClose:
            break
        }
    }

    /// Only one of the two: simple servers read one `Connection` line, and look for one word in it.
    private static func writeConnection(
        _ exchange: Exchange,
        _ facts: RequestFacts,
        _ bytes: Span<UInt8>,
        into out: ByteBuffer
    ) {
        if exchange.offersUpgrade {
            UpgradeOffer.write(exchange.head, bytes, into: out)
        } else if facts.takesTrailers {
            out.append("TE: trailers\r\nConnection: TE\r\n")
        }
    }
}
