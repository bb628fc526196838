import HTTP
import LinuxIO

/// Writes the head that goes to the client: what the upstream said, less what was meant for the gateway, plus what the
/// gateway says.
enum ClientResponse {
    /// How the body is framed towards the client, whatever the upstream used (F12).
    static func framing(_ response: borrowing ResponseHead, for request: borrowing RequestHead) -> BodyFraming {
        switch response.body {
        case .none, .length: response.body
        case .chunked, .untilClose: request.version == .http11 ? .chunked : .untilClose
        }
    }

    /// Returns how many of the upstream's `Set-Cookie` lines were dropped.
    @discardableResult
    static func write(
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        framing: BodyFraming,
        route: Route,
        effect: SessionEffect,
        date: [UInt8],
        closes: Bool,
        debug: [UInt8]? = nil,
        into out: ByteBuffer
    ) -> Int {
        writeStatusLine(response, bytes, into: out)
        var seen = Seen()
        copyFields(response, bytes, framing: framing, route: route, effect: effect, seen: &seen, into: out)
        writeFraming(response, bytes, framing, into: out)
        out.append(Via.line(response.version))
        if !seen.date, route.responseEdits?.removes("date") != true { out.append(date) }
        if !effect.setCookies.isEmpty { writeSetCookies(effect, response, bytes, route, into: out) }
        if effect.variesByCookie, !seen.varyCookie { out.append("Vary: Cookie\r\n") }
        route.responseEdits?.writeAdded(hasCacheRules: !effect.setCookies.isEmpty, into: out)
        if let debug { out.append(debug) }
        writeConnection(response, bytes, route, closes: closes || framing == .untilClose, into: out)
        out.append("\r\n")
        return seen.droppedCookies
    }

    /// `Upgrade` goes with a 101 and, because it must, with a 426 (RFC 9110 §15.5.22).
    private static func writeConnection(
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        _ route: Route,
        closes: Bool,
        into out: ByteBuffer
    ) {
        if response.status == 101 {
            UpgradeOffer.write(response, bytes, closes: false, into: out)
        } else if response.status == 426, route.allowsUpgrade, UpgradeOffer.isNamed(in: response, bytes) {
            UpgradeOffer.write(response, bytes, closes: closes, into: out)
        } else if closes {
            out.append("Connection: close\r\n")
        }
    }

    /// A 1xx head: no framing fields, nothing of ours (RFC 9110 §15.2).
    static func writeInterim(_ response: borrowing ResponseHead, _ bytes: Span<UInt8>, into out: ByteBuffer) {
        writeStatusLine(response, bytes, into: out)
        for index in response.fields.indices {
            let line = response.fields[index]
            guard line.id != .contentLength, line.id != .setCookie, !isHopByHop(line.id), !line.id.isReserved else {
                continue
            }
            if response.isNominated(bytes.extracting(line.name.range), in: bytes) { continue }
            writeLine(line, bytes, into: out)
        }
        out.append("\r\n")
    }

    private static func writeLine(_ line: FieldLine, _ bytes: Span<UInt8>, into out: ByteBuffer) {
        out.append(bytes.extracting(line.name.range))
        out.append(": ")
        out.append(bytes.extracting(line.value.range))
        out.append("\r\n")
    }

    /// What the copied fields already say.
    private struct Seen {
        var date = false
        var varyCookie = false
        var droppedCookies = 0
    }

    private static func writeStatusLine(_ response: borrowing ResponseHead, _ bytes: Span<UInt8>, into out: ByteBuffer)
    {
        out.append("HTTP/1.1 ")
        out.appendDecimal(response.status)
        out.append(0x20)
        out.append(bytes.extracting(response.reason.range))
        out.append("\r\n")
    }

    private static func copyFields(
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        framing: BodyFraming,
        route: Route,
        effect: SessionEffect,
        seen: inout Seen,
        into out: ByteBuffer
    ) {
        let count = response.fields.count
        guard count > 0 else { return }
        var run = FieldRun(start: Int(response.fields[0].name.lower))
        for index in 0..<count {
            let line = response.fields[index]
            let isKept = passes(line, response, bytes, framing: framing, route: route, effect: effect, seen: &seen)
            // The space a sloppy origin left before the colon is not passed on (RFC 9112 §5.1): such a line is written
            // anew.
            let isCopied = isKept && bytes[Int(line.name.upper)] == UInt8(ascii: ":")
            if isCopied { continue }
            run.cut(before: line, bytes, into: out)
            if isKept { writeLine(line, bytes, into: out) }
            run.start = index + 1 < count ? Int(response.fields[index + 1].name.lower) : -1
        }
        run.cut(at: response.length - 2, bytes, into: out)
    }

    private static func passes(
        _ line: FieldLine,
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        framing: BodyFraming,
        route: Route,
        effect: SessionEffect,
        seen: inout Seen
    ) -> Bool {
        switch line.id {
        case .contentLength: return false
        case .setCookie:
            if effect.cuts(setCookie: bytes.extracting(line.value.range)) {
                seen.droppedCookies += 1
                return false
            }
        case .cacheControl where !effect.setCookies.isEmpty: return false
        case .trailer where framing != .chunked: return false
        default:
            if isHopByHop(line.id) || line.id.isReserved { return false }
        }
        let name = bytes.extracting(line.name.range)
        if !response.connectionOptions.isEmpty, line.id != .setCookie, response.isNominated(name, in: bytes) {
            return false
        }
        if let edits = route.responseEdits, edits.removes(name) { return false }
        if line.id == .date { seen.date = true }
        if line.id == .vary {
            let value = bytes.extracting(line.value.range)
            if fieldListContains(value, "cookie") || fieldListContains(value, "*") { seen.varyCookie = true }
        }
        return true
    }

    private static func isHopByHop(_ id: FieldName) -> Bool {
        switch id {
        case .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade, .http2Settings: true
        default: false
        }
    }

    private static func writeFraming(
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        _ framing: BodyFraming,
        into out: ByteBuffer
    ) {
        switch framing {
        case .length(let length):
            out.append("Content-Length: ")
            out.appendDecimal(length)
            out.append("\r\n")
        case .chunked:
            out.append("Transfer-Encoding: chunked\r\n")
        case .none:
            // Only HEAD and 304 may say how long a body would have been (RFC 9110 §8.6).
            guard response.status >= 200, response.status != 204 else { return }
            guard let line = response.fields.first(where: { $0.id == .contentLength }) else { return }
            out.append("Content-Length: ")
            out.append(bytes.extracting(line.value.range))
            out.append("\r\n")
        case .untilClose:
            break
        }
    }

    private static func writeSetCookies(
        _ effect: SessionEffect,
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        _ route: Route,
        into out: ByteBuffer
    ) {
        for cookie in effect.setCookies {
            out.append("Set-Cookie: ")
            out.append(cookie)
            out.append("\r\n")
        }
        let isReplaced = route.responseEdits?.removes("cache-control") == true
        CacheRules.writePrivate(
            response,
            bytes,
            keepsUpstreams: !isReplaced,
            routes: route.responseEdits?.cacheControl,
            into: out
        )
    }
}
