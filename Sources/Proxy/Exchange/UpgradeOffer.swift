import HTTP
import LinuxIO

/// Which protocols of a client's `Upgrade` are offered upstream, and whether the upstream switched to one of them (RFC
/// 9110 §7.8).
///
/// HTTP in another version, and TLS around it, are never offered: their requests would go past routes and sessions (F14).
enum UpgradeOffer {
    /// Whether one of the members of an `Upgrade` line is offered.
    static func offersAny(of line: Span<UInt8>) -> Bool {
        var members = ListMembers()
        while let member = members.next(line) {
            if isOffered(line.extracting(member)) { return true }
        }
        return false
    }

    /// Writes `Upgrade` with what is offered, and `Connection` as it demands.
    static func write(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, into out: ByteBuffer) {
        var separator: StaticString = "Upgrade: "
        for index in head.fields.indices where head.fields[index].id == .upgrade {
            writeOffered(bytes.extracting(head.fields[index].value.range), &separator, into: out)
        }
        out.append("\r\nConnection: Upgrade\r\n")
    }

    /// Writes the same of a response: the protocol it switched to (101), or those it asks for (426).
    static func write(_ response: borrowing ResponseHead, _ bytes: Span<UInt8>, closes: Bool, into out: ByteBuffer) {
        var separator: StaticString = "Upgrade: "
        for index in response.fields.indices where response.fields[index].id == .upgrade {
            writeOffered(bytes.extracting(response.fields[index].value.range), &separator, into: out)
        }
        out.append(closes ? "\r\nConnection: Upgrade, close\r\n" : "\r\nConnection: Upgrade\r\n")
    }

    /// Whether a response names a protocol that could be offered.
    static func isNamed(in response: borrowing ResponseHead, _ bytes: Span<UInt8>) -> Bool {
        for index in response.fields.indices where response.fields[index].id == .upgrade {
            if offersAny(of: bytes.extracting(response.fields[index].value.range)) { return true }
        }
        return false
    }

    /// Whether a 101 names protocols, all of which were offered.
    static func isAccepted(
        by response: borrowing ResponseHead,
        _ bytes: Span<UInt8>,
        of head: borrowing RequestHead,
        _ headBytes: Span<UInt8>
    ) -> Bool {
        var isNamed = false
        for index in response.fields.indices where response.fields[index].id == .upgrade {
            let line = bytes.extracting(response.fields[index].value.range)
            var members = ListMembers()
            while let member = members.next(line) {
                guard wasOffered(line.extracting(member), head, headBytes) else { return false }
                isNamed = true
            }
        }
        return isNamed
    }

    private static func wasOffered(_ name: Span<UInt8>, _ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Bool {
        guard isOffered(name) else { return false }
        for index in head.fields.indices where head.fields[index].id == .upgrade {
            if fieldListContains(bytes.extracting(head.fields[index].value.range), name) { return true }
        }
        return false
    }

    /// A name, or a name and a version with a slash between, that is not HTTP in disguise.
    private static func isOffered(_ member: Span<UInt8>) -> Bool {
        var slash = 0
        while slash < member.count, member[slash] != UInt8(ascii: "/") { slash += 1 }
        let name = member.extracting(0..<slash)
        guard isToken(name), slash == member.count || isToken(member.extracting((slash + 1)..<member.count)) else {
            return false
        }
        if name.count >= 2, equalsIgnoringCase(name.extracting(0..<2), "h2") { return false }
        return !equalsIgnoringCase(name, "http") && !equalsIgnoringCase(name, "tls")
    }

    private static func writeOffered(_ line: Span<UInt8>, _ separator: inout StaticString, into out: ByteBuffer) {
        var members = ListMembers()
        while let member = members.next(line) {
            let name = line.extracting(member)
            guard isOffered(name) else { continue }
            out.append(separator)
            out.append(name)
            separator = ", "
        }
    }
}
