import HTTP
import LinuxIO
import Upstream

/// One worker's access log: a line for each exchange, kept until a second has passed or much has come together.
///
/// Lines are written as bytes: no cookie, no session value and no secret ever is one of them, and what a client sent is
/// escaped.
final class AccessLog {
    /// Bytes that are written at once.
    private static let flushSize = 64 * 1024

    private let format: AccessLogFormat
    private let output: LogOutput
    private let lines = ByteBuffer(capacity: 16 * 1024)
    private var clock = LogClock()

    init(format: AccessLogFormat, output: LogOutput) {
        self.format = format
        self.output = output
    }

    func write(_ exchange: Exchange, now: UInt64) {
        switch format {
        case .off: return
        case .json: writeJSON(exchange, now)
        case .combined: writeCombined(exchange)
        }
        if lines.count >= Self.flushSize { flush() }
    }

    func flush() {
        guard !lines.isEmpty else { return }
        output.write(lines.readable)
        lines.clear()
    }

    // MARK: JSON

    private func writeJSON(_ exchange: Exchange, _ now: UInt64) {
        let bytes = exchange.headBytes.readable.span
        let head = exchange.head
        lines.append("{\"time\":\"")
        clock.writeISO(exchange.startedAtWallClock, into: lines)
        lines.append("\",\"client\":\"")
        writeClient(exchange, bytes)
        text("\",\"method\":\"", bytes, head.methodName)
        text("\",\"host\":\"", bytes, head.authority)
        text("\",\"target\":\"", bytes, head.target)
        lines.append(
            head.version == .http10 ? "\",\"version\":\"1.0\",\"status\":" : "\",\"version\":\"1.1\",\"status\":"
        )
        lines.appendDecimal(loggedStatus(exchange))
        number(",\"bytes_in\":", exchange.bytesIn)
        number(",\"bytes_out\":", exchange.bytesOut)
        lines.append(",\"duration_ms\":")
        milliseconds(now - exchange.startedAt)
        writeUpstream(exchange)
        lines.append(",\"route\":\"")
        if let route = exchange.route {
            Escaping.write(route.name, into: lines)
            lines.append("\",\"policy\":\"")
            Escaping.write(route.policyName, into: lines)
        } else {
            lines.append("\",\"policy\":\"")
        }
        lines.append("\",\"session\":\"")
        lines.append(word(exchange.visit.outcome))
        lines.append("\",\"request_id\":\"")
        exchange.requestID.write(into: lines, head: bytes)
        if let userAgent = exchange.facts.userAgent { text("\",\"user_agent\":\"", bytes, userAgent) }
        lines.append("\"")
        if let failure = exchange.failure {
            lines.append(",\"reason\":\"")
            Escaping.write([UInt8](failure.reason.utf8), into: lines)
            lines.append("\"")
        }
        lines.append("}\n")
    }

    /// The peer, or, behind trusted proxies, the last address of `X-Forwarded-For` that is not one of them.
    private func writeClient(_ exchange: Exchange, _ bytes: Span<UInt8>) {
        if exchange.facts.forwardedForLines > 0,
            let client = exchange.edition.snapshot.client(forwardedFor: exchange.head, bytes)
        {
            Escaping.write([UInt8](client.utf8), into: lines)
        } else {
            lines.append(exchange.client?.peerText ?? [])
        }
    }

    private func writeUpstream(_ exchange: Exchange) {
        guard let server = exchange.upstream.server else { return }
        lines.append(",\"upstream\":\"")
        Escaping.write([UInt8](server.description.utf8), into: lines)
        lines.append("\"")
        let begun = exchange.upstream.startedAt
        guard exchange.upstream.headAt >= begun, exchange.upstream.headAt > 0 else { return }
        lines.append(",\"upstream_ms\":")
        milliseconds(exchange.upstream.headAt - begun)
    }

    private func text(_ key: StaticString, _ bytes: Span<UInt8>, _ range: ByteRange) {
        lines.append(key)
        guard Int(range.upper) <= bytes.count else { return }
        Escaping.write(bytes.extracting(range.range), into: lines)
    }

    private func number(_ key: StaticString, _ value: UInt64) {
        lines.append(key)
        lines.appendDecimal(value)
    }

    private func milliseconds(_ nanoseconds: UInt64) {
        let microseconds = nanoseconds / 1000
        lines.appendDecimal(microseconds / 1000)
        lines.append(".")
        let rest = microseconds % 1000
        if rest < 100 { lines.append("0") }
        if rest < 10 { lines.append("0") }
        lines.appendDecimal(rest)
    }

    /// A client that went away saw no status; its line says 499, as nginx's does.
    private func loggedStatus(_ exchange: Exchange) -> Int {
        switch exchange.failure {
        // Unless it had switched protocols: that answer it saw.
        case .clientGone where exchange.status != 101, .sendTimeout where exchange.status != 101: 499
        // Broken off before there was an answer: what it would have been.
        case .some(let failure) where exchange.status == 0: failure.status
        default: exchange.status
        }
    }

    private func word(_ outcome: SessionOutcome) -> StaticString {
        switch outcome {
        case .none: "none"
        case .opened: "opened"
        case .created: "created"
        case .changed: "changed"
        case .renewed: "renewed"
        case .spilled: "spilled"
        case .cleared: "cleared"
        case .expired: "expired"
        case .rejected: "rejected"
        case .ignored: "ignored"
        case .failed: "failed"
        case .unknown: "unknown"
        case .gone: "gone"
        case .revoked: "revoked"
        case .storeError: "store_error"
        }
    }

    // MARK: Combined

    private func writeCombined(_ exchange: Exchange) {
        let bytes = exchange.headBytes.readable.span
        let head = exchange.head
        writeClient(exchange, bytes)
        lines.append(" - - [")
        clock.writeCommon(exchange.startedAtWallClock, into: lines)
        text("] \"", bytes, head.methodName)
        text(" ", bytes, head.target)
        lines.append(head.version == .http10 ? " HTTP/1.0\" " : " HTTP/1.1\" ")
        lines.appendDecimal(loggedStatus(exchange))
        number(" ", exchange.bytesOut)
        let referer = head.fields.first { $0.id == .referer }?.value
        if let referer { text(" \"", bytes, referer) } else { lines.append(" \"-") }
        if let userAgent = exchange.facts.userAgent { text("\" \"", bytes, userAgent) } else { lines.append("\" \"-") }
        lines.append("\"\n")
    }
}
