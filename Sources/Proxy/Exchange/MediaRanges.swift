import HTTP

/// Reads `Accept` just far enough to say whether it names a type (RFC 9110 §12.5.1).
enum MediaRanges {
    static func name(_ type: String, in value: Span<UInt8>) -> Bool {
        var members = ListMembers()
        while let member = members.next(value) {
            var end = member.lowerBound
            while end < member.upperBound, value[end] != UInt8(ascii: ";") { end += 1 }
            if equalsIgnoringCase(value.extracting(trimmed(value, member.lowerBound..<end)), type) { return true }
        }
        return false
    }
}
