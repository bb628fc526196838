/// Reads the durations and sizes of a route file.
enum Quantity {
    /// The longest duration, in nanoseconds: a hundred years.
    static let longestDuration: UInt64 = 36500 * 86400 * 1_000_000_000

    /// A duration such as `300ms`, `10s`, `5m`, `24h`, `30d`, in nanoseconds; nil if it is none or does not fit.
    static func nanoseconds(_ text: String) -> UInt64? {
        let unit: UInt64
        guard let (number, suffix) = split(text) else { return nil }
        switch suffix {
        case "ms": unit = 1_000_000
        case "s": unit = 1_000_000_000
        case "m": unit = 60 * 1_000_000_000
        case "h": unit = 3600 * 1_000_000_000
        case "d": unit = 86400 * 1_000_000_000
        default: return nil
        }
        let (value, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : value
    }

    /// A size such as `512`, `64KiB`, `10MiB`, `1GiB`, in bytes; nil if it is none or does not fit.
    static func bytes(_ text: String) -> UInt64? {
        let unit: UInt64
        guard let (number, suffix) = split(text) else { return nil }
        switch suffix {
        case "", "B": unit = 1
        case "KiB": unit = 1 << 10
        case "MiB": unit = 1 << 20
        case "GiB": unit = 1 << 30
        case "TiB": unit = 1 << 40
        default: return nil
        }
        let (value, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : value
    }

    /// A duration as the route file would say it, in the largest unit that keeps it whole.
    static func text(nanoseconds: UInt64) -> String {
        let units: [(UInt64, String)] = [
            (86400 * 1_000_000_000, "d"), (3600 * 1_000_000_000, "h"), (60 * 1_000_000_000, "m"), (1_000_000_000, "s"),
        ]
        for (unit, suffix) in units where nanoseconds >= unit && nanoseconds.isMultiple(of: unit) {
            return "\(nanoseconds / unit)\(suffix)"
        }
        return "\(nanoseconds / 1_000_000)ms"
    }

    /// A size as the route file would say it, in the largest unit that keeps it whole.
    static func text(bytes: UInt64) -> String {
        let units: [(UInt64, String)] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
        for (unit, suffix) in units where bytes >= unit && bytes.isMultiple(of: unit) {
            return "\(bytes / unit)\(suffix)"
        }
        return "\(bytes)"
    }

    /// The digits in front, and what follows them.
    private static func split(_ text: String) -> (UInt64, Substring)? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let number = UInt64(String(Substring(digits))) else { return nil }
        return (number, text.dropFirst(digits.count))
    }
}
