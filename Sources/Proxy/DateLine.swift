import HTTP

/// The `Date` field of the gateway's own answers, made once a second (RFC 9110 §6.6.1).
struct DateLine {
    private var second: Int64 = -1
    private var bytes: [UInt8] = []

    mutating func line(at seconds: Int64) -> [UInt8] {
        if seconds != second {
            second = seconds
            bytes = [UInt8]("Date: ".utf8) + HTTPDate.bytes(secondsSince1970: seconds) + [0x0d, 0x0a]
        }
        return bytes
    }
}
