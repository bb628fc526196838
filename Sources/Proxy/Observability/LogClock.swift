import Glibc
import LinuxIO

/// Writes times for the log; the part that changes once a second is computed once a second.
struct LogClock {
    private var second: Int64 = -1
    private var iso: [UInt8] = []
    private var common: [UInt8] = []

    /// `2026-11-22T20:15:30.123456Z` of nanoseconds since 1970.
    mutating func writeISO(_ nanoseconds: Int64, into out: ByteBuffer) {
        update(nanoseconds / 1_000_000_000)
        out.append(iso)
        out.append(".")
        let microseconds = UInt64(nanoseconds % 1_000_000_000 / 1000)
        var unit: UInt64 = 100_000
        while unit > max(microseconds, 1) {
            out.append("0")
            unit /= 10
        }
        out.appendDecimal(microseconds)
        out.append("Z")
    }

    /// `22/Nov/2026:20:15:30 +0000`.
    mutating func writeCommon(_ nanoseconds: Int64, into out: ByteBuffer) {
        update(nanoseconds / 1_000_000_000)
        out.append(common)
    }

    private mutating func update(_ seconds: Int64) {
        guard seconds != second else { return }
        second = seconds
        iso = Self.formatted(seconds, "%Y-%m-%dT%H:%M:%S")
        common = Self.formatted(seconds, "%d/%b/%Y:%H:%M:%S +0000")
    }

    private static func formatted(_ seconds: Int64, _ format: String) -> [UInt8] {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, format, &parts)
        return text[..<count].map { UInt8(bitPattern: $0) }
    }
}
