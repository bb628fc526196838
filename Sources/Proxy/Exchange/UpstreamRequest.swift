import HTTP
import LinuxIO

/// Writes the head that goes upstream: what the client said, less what was meant for the gateway, plus what the gateway says.
///
/// Fields that pass are copied in runs, as they came; names nominated by `Connection` go first and ours are added after, so that no
/// nomination can remove one of ours (H3).
enum UpstreamRequest {
    static func write(_ exchange: Exchange, route: Route, target: TargetScratch, into out: ByteBuffer) {
        let bytes = exchange.headBytes.readable.span
        let facts = exchange.facts
        out.append(bytes.extracting(exchange.head.methodName.range))
        out.append(0x20)
        target.write(exchange.head, bytes, route, into: out)
        out.append(" HTTP/1.1\r\nHost: ")
        writeHost(exchange.head, bytes, route, into: out)
        out.append("\r\n")
        copyFields(exchange, bytes, route, into: out)
        writeForwarded(exchange, bytes, facts, into: out)
        exchange.visit.writeFields(into: out)
        route.requestEdits?.writeAdded(into: out)
        writeFraming(exchange, facts, into: out)
        out.append("\r\n")
    }

    private static func writeHost(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ route: Route, into out: ByteBuffer) {
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
            if line.id == .cookie { exchange.visit.writeCookie(line, bytes, route, into: out) }
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
            return !exchange.visit.cutsCookies
        case .forwarded, .xRealIP:
            return exchange.facts.isTrusted
        case .expect:
            return exchange.head.expectsContinue
        case .trailer:
            if exchange.head.body != .chunked { return false }
        case .other:
            let name = bytes.extracting(line.name.range)
            if !exchange.facts.isTrusted, startsWithForwarded(name) { return false }
            if exchange.worker.snapshot.exposedNames.contains(name) { return false }
        default:
            if line.id.isReserved { return false }
        }
        if !exchange.head.connectionOptions.isEmpty, exchange.head.isNominated(bytes.extracting(line.name.range), in: bytes) {
            return false
        }
        if let edits = route.requestEdits, edits.removes(bytes.extracting(line.name.range)) { return false }
        return true
    }

    /// Every other `X-Forwarded-*` is a proxy's word too: believed from trusted ones only.
    private static func startsWithForwarded(_ name: Span<UInt8>) -> Bool {
        guard name.count > 12, name[0] | 0x20 == UInt8(ascii: "x") else { return false }
        return equalsIgnoringCase(name.extracting(0..<12), "x-forwarded-")
    }

    private static func writeForwarded(
        _ exchange: Exchange,
        _ bytes: Span<UInt8>,
        _ facts: RequestFacts,
        into out: ByteBuffer
    ) {
        out.append("X-Forwarded-For: ")
        if let list = facts.forwardedFor, !list.isEmpty {
            out.append(bytes.extracting(list.range))
            out.append(", ")
        }
        out.append(exchange.client?.peerText ?? [])
        out.append("\r\nX-Forwarded-Proto: ")
        if let proto = facts.forwardedProto, !proto.isEmpty { out.append(bytes.extracting(proto.range)) } else { out.append("http") }
        let host = facts.forwardedHost ?? exchange.head.authority
        if !host.isEmpty {
            out.append("\r\nX-Forwarded-Host: ")
            out.append(bytes.extracting(host.range))
        }
        out.append("\r\nX-Request-Id: ")
        exchange.requestID.write(into: out, head: bytes)
        out.append("\r\n")
        out.append(Via.line(exchange.head.version))
        if let left = facts.maxForwards {
            out.append("Max-Forwards: ")
            // Only TRACE and OPTIONS count it down (RFC 9110 §7.6.2).
            out.appendDecimal(exchange.head.method == .options && left > 0 ? left - 1 : left)
            out.append("\r\n")
        }
    }

    private static func writeFraming(_ exchange: Exchange, _ facts: RequestFacts, into out: ByteBuffer) {
        switch exchange.head.body {
        case .length(let length):
            out.append("Content-Length: ")
            out.appendDecimal(length)
            out.append("\r\n")
        case .chunked:
            out.append("Transfer-Encoding: chunked\r\n")
        case .none:
            // A body of no bytes that was announced stays announced.
            if exchange.facts.announcedEmptyBody { out.append("Content-Length: 0\r\n") }
        case .untilClose:
            break
        }
        if facts.takesTrailers { out.append("TE: trailers\r\nConnection: TE\r\n") }
    }
}

/// A run of field lines that are copied in one piece.
struct FieldRun {
    /// Where it begins; -1 when nothing follows.
    var start: Int

    func cut(before line: FieldLine, _ bytes: Span<UInt8>, into out: ByteBuffer) {
        cut(at: Int(line.name.lower), bytes, into: out)
    }

    func cut(at end: Int, _ bytes: Span<UInt8>, into out: ByteBuffer) {
        guard start >= 0, end > start else { return }
        out.append(bytes.extracting(start..<end))
    }
}
