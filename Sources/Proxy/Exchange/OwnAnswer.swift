import HTTP
import LinuxIO

/// Writes the gateway's own answers: errors, redirects, `respond` routes.
enum OwnAnswer {
    static let plainText = [UInt8]("text/plain; charset=utf-8".utf8)

    /// The short body of an error: its status and phrase.
    static func body(_ status: Int) -> [UInt8] {
        [UInt8]("\(status) \(Reason.phrase(status))\n".utf8)
    }

    static func write(
        status: Int,
        body: [UInt8],
        contentType: [UInt8]?,
        lines: [UInt8],
        location: [UInt8]?,
        allow: [UInt8]?,
        proxyStatus: StaticString?,
        details: StaticString?,
        retryAfter: Bool,
        setCookies: [[UInt8]],
        edits: CompiledEdits?,
        isHead: Bool,
        date: [UInt8],
        closes: Bool,
        debug: [UInt8]? = nil,
        into out: ByteBuffer
    ) {
        out.append("HTTP/1.1 ")
        out.appendDecimal(status)
        out.append(0x20)
        out.append(Reason.phrase(status))
        out.append("\r\n")
        // What the route sets or removes is left to it: its lines come last.
        if edits?.removes("date") != true { out.append(date) }
        if let contentType, !body.isEmpty, edits?.removes("content-type") != true {
            line("Content-Type: ", contentType, into: out)
        }
        if let location { line("Location: ", location, into: out) }
        if let allow { line("Allow: ", allow, into: out) }
        out.append(lines)
        if let proxyStatus {
            out.append("Proxy-Status: gateway; error=")
            out.append(proxyStatus)
            if let details {
                out.append("; details=\"")
                out.append(details)
                out.append("\"")
            }
            out.append("\r\n")
        }
        if retryAfter { out.append("Retry-After: 1\r\n") }
        for cookie in setCookies { line("Set-Cookie: ", cookie, into: out) }
        if !setCookies.isEmpty { CacheRules.writePrivate(routes: edits?.cacheControl, into: out) }
        edits?.writeAdded(hasCacheRules: !setCookies.isEmpty, into: out)
        if status != 204, status != 304 {
            out.append("Content-Length: ")
            out.appendDecimal(body.count)
            out.append("\r\n")
        }
        if let debug { out.append(debug) }
        if closes { out.append("Connection: close\r\n") }
        out.append("\r\n")
        if !isHead, status != 204, status != 304 { out.append(body) }
    }

    private static func line(_ name: StaticString, _ value: [UInt8], into out: ByteBuffer) {
        out.append(name)
        out.append(value)
        out.append("\r\n")
    }
}
