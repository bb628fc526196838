import Testing

@testable import Proxy

struct DateLineTests {
    @Test func `is made anew when the second changes, also backwards`() {
        var line = DateLine()
        let times: [Int64] = [784_111_777, 784_111_777, 784_111_778, 784_111_776]
        let texts = times.map { String(decoding: line.line(at: $0), as: UTF8.self) }
        #expect(
            texts == [
                "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n", "Date: Sun, 06 Nov 1994 08:49:36 GMT\r\n",
            ]
        )
    }
}
