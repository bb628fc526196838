import HTTP

/// The gateway's mark on what it forwards (RFC 9110 §7.6.3).
enum Via {
    /// The line that says by which version the message came here.
    static func line(_ version: Version) -> StaticString {
        switch version {
        case .http10: "Via: 1.0 gateway\r\n"
        case .http11: "Via: 1.1 gateway\r\n"
        }
    }

    static let pseudonym = "gateway"

    /// How often the gateway stands in a `Via` value.
    static func count(in value: Span<UInt8>) -> Int {
        var count = 0
        var members = ListMembers()
        while let member = members.next(value) {
            if names(value.extracting(member)) { count += 1 }
        }
        return count
    }

    /// Whether `[protocol/]version SP received-by [SP comment]` was written by a gateway.
    private static func names(_ member: Span<UInt8>) -> Bool {
        var index = 0
        while index < member.count, member[index] != 0x20, member[index] != 0x09 { index += 1 }
        while index < member.count, member[index] == 0x20 || member[index] == 0x09 { index += 1 }
        let start = index
        while index < member.count, member[index] != 0x20, member[index] != 0x09 { index += 1 }
        return equalsIgnoringCase(member.extracting(start..<index), pseudonym)
    }
}
