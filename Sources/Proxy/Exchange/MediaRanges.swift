import HTTP

/// Reads `Accept` just far enough to say whether it names a type (RFC 9110 §12.5.1).
enum MediaRanges {
    static func name(_ type: String, in value: Span<UInt8>) -> Bool {
        var start = 0
        while start < value.count {
            var end = start
            while end < value.count, value[end] != UInt8(ascii: ",") { end += 1 }
            var last = start
            while last < end, value[last] != UInt8(ascii: ";") { last += 1 }
            while start < last, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
            while last > start, value[last - 1] == 0x20 || value[last - 1] == 0x09 { last -= 1 }
            if equalsIgnoringCase(value.extracting(start..<last), type) { return true }
            start = end + 1
        }
        return false
    }
}
