import HTTP
import LinuxIO

/// Keeps a response that sets a session's cookie out of shared caches (RFC 9111 §7.3: `Set-Cookie` alone does not).
enum CacheRules {
    /// Writes the upstream's `Cache-Control` without what allows sharing, and with what forbids it.
    ///
    /// - Parameters:
    ///   - keepsUpstreams: false when the route sets or removes the upstream's.
    ///   - routes: what the route sets or adds, if anything.
    static func writePrivate(
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        keepsUpstreams: Bool,
        routes: [UInt8]?,
        into out: ByteBuffer
    ) {
        out.append("Cache-Control: ")
        for index in response.fields.indices where keepsUpstreams && response.fields[index].id == .cacheControl {
            writeUnshared(bytes.extracting(response.fields[index].value.range), into: out)
        }
        writeRules(routes, into: out)
    }

    /// The same of an answer of the gateway's own.
    static func writePrivate(routes: [UInt8]?, into out: ByteBuffer) {
        out.append("Cache-Control: ")
        writeRules(routes, into: out)
    }

    private static func writeRules(_ routes: [UInt8]?, into out: ByteBuffer) {
        if let routes { writeUnshared(routes.span, into: out) }
        out.append("private, no-cache=\"Set-Cookie\"\r\n")
    }

    /// Writes the members of a list that do not allow sharing, each with a comma behind it.
    private static func writeUnshared(_ value: Span<UInt8>, into out: ByteBuffer) {
        var start = 0
        // A quoted string that is never closed would swallow what is added behind it.
        while start < value.count, let end = memberEnd(value, from: start) {
            let member = trimmed(value, start..<end)
            if !member.isEmpty, !allowsSharing(value.extracting(member)) {
                out.append(value.extracting(member))
                out.append(", ")
            }
            start = end + 1
        }
    }

    /// The next comma outside of a quoted string, or the end; nil within one (RFC 9110 §5.6.1).
    private static func memberEnd(_ value: Span<UInt8>, from start: Int) -> Int? {
        var isQuoted = false
        var index = start
        while index < value.count {
            let byte = value[index]
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: "\\"), isQuoted { index += 1 }
            if byte == UInt8(ascii: ","), !isQuoted { return index }
            index += 1
        }
        return isQuoted ? nil : value.count
    }

    private static func allowsSharing(_ member: Span<UInt8>) -> Bool {
        var nameEnd = 0
        while nameEnd < member.count, member[nameEnd] != UInt8(ascii: "="), member[nameEnd] > 0x20 { nameEnd += 1 }
        let name = member.extracting(0..<nameEnd)
        // A bare `private` is said again below; `private="x"` is only about x.
        return equalsIgnoringCase(name, "public") || equalsIgnoringCase(name, "s-maxage")
            || equalsIgnoringCase(name, "private")
    }
}
