import HTTP
import Testing

@Suite("HTTP date and reason")
struct HTTPDateTests {
    @Test(
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)]
    )
    func `a date is written in the fixed form`(_ seconds: Int64, _ text: String) {
        #expect(String(decoding: HTTPDate.bytes(secondsSince1970: seconds), as: UTF8.self) == text)
        var output = Array("Date: ".utf8)
        HTTPDate.write(secondsSince1970: seconds, into: &output)
        #expect(String(decoding: output, as: UTF8.self) == "Date: " + text)
    }

    @Test func `statuses have their registered phrases, others none`() {
        #expect(Reason.phrase(200).description == "OK")
        #expect(Reason.phrase(431).description == "Request Header Fields Too Large")
        #expect(Reason.phrase(299).description.isEmpty)
    }
}
