import LinuxIO
import Testing

@testable import Proxy

struct LogClockTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z", "01/Jan/1970:00:00:00 +0000"),
            (1_795_378_530_123_456_789, "2026-11-22T20:15:30.123456Z", "22/Nov/2026:20:15:30 +0000"),
            (951_782_400_000_001_999, "2000-02-29T00:00:00.000001Z", "29/Feb/2000:00:00:00 +0000"),
            (99_999_999, "1970-01-01T00:00:00.099999Z", "01/Jan/1970:00:00:00 +0000"),
            (100_000_000, "1970-01-01T00:00:00.100000Z", "01/Jan/1970:00:00:00 +0000"),
            (1_999_999_999, "1970-01-01T00:00:01.999999Z", "01/Jan/1970:00:00:01 +0000"),
        ] as [(Int64, String, String)]
    )
    func `writes a time in both forms`(nanoseconds: Int64, iso: String, common: String) {
        let text = Sample.written { out in
            var clock = LogClock()
            clock.writeISO(nanoseconds, into: out)
            out.append("|")
            clock.writeCommon(nanoseconds, into: out)
        }
        #expect(text == "\(iso)|\(common)")
    }

    @Test func `what is kept of one second is not said of another`() {
        let text = Sample.written { out in
            var clock = LogClock()
            for nanoseconds: Int64 in [999_999_999, 1_000_000_000, 59_000_000_000, 60_000_000_000, 0] {
                clock.writeISO(nanoseconds, into: out)
                out.append(" ")
            }
        }
        let times = text.split(separator: " ").map { $0.dropFirst(14) }
        #expect(times == ["00:00.999999Z", "00:01.000000Z", "00:59.000000Z", "01:00.000000Z", "00:00.000000Z"])
    }
}
