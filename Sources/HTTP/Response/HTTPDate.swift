/// Dates as HTTP writes them: `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 section 5.6.7).
public enum HTTPDate {
    /// Appends the 29 bytes of a date, given in seconds since 1970 in UTC.
    ///
    /// Years 0 to 9999 have the right form.
    public static func write(secondsSince1970 seconds: Int64, into output: inout [UInt8]) {
        let (days, second) = seconds.quotientAndRemainder(flooredBy: 86400)
        let date = civil(days)
        // 1 January 1970 was a Thursday.
        append(weekdays, Int((days + 4).quotientAndRemainder(flooredBy: 7).remainder), to: &output)
        output.append(UInt8(ascii: ","))
        output.append(.space)
        append(date.day, to: &output)
        output.append(.space)
        append(months, Int(date.month) - 1, to: &output)
        output.append(.space)
        append(date.year / 100, to: &output)
        append(date.year % 100, to: &output)
        output.append(.space)
        append(second / 3600, to: &output)
        output.append(.colon)
        append(second / 60 % 60, to: &output)
        output.append(.colon)
        append(second % 60, to: &output)
        output.append(.space)
        append("GMT", 0, to: &output)
    }

    /// The 29 bytes of a date, given in seconds since 1970 in UTC.
    public static func bytes(secondsSince1970 seconds: Int64) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(29)
        write(secondsSince1970: seconds, into: &output)
        return output
    }

    private static var weekdays: String { "SunMonTueWedThuFriSat" }
    private static var months: String { "JanFebMarAprMayJunJulAugSepOctNovDec" }

    private static func append(_ names: String, _ index: Int, to output: inout [UInt8]) {
        let names = names.utf8Span.span
        for offset in 0..<3 { output.append(names[index * 3 + offset]) }
    }

    private static func append(_ number: Int64, to output: inout [UInt8]) {
        output.append(0x30 + UInt8(number / 10 % 10))
        output.append(0x30 + UInt8(number % 10))
    }

    /// The day of the Gregorian calendar, counted in eras of 400 years that begin on 1 March: so a leap day is a
    /// year's last, and the months' lengths repeat every five.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(flooredBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int64 {
    /// Division that rounds down, so that the remainder is never negative.
    fileprivate func quotientAndRemainder(flooredBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
