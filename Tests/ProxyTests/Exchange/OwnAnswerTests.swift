import HTTP
import LinuxIO
import Testing

@testable import Proxy

struct OwnAnswerTests {
    private static let date = Array("Date: today\r\n".utf8)

    private func written(
        _ status: Int = 200,
        body: String = "",
        type: String? = nil,
        lines: String = "",
        location: String? = nil,
        allow: String? = nil,
        proxyStatus: StaticString? = nil,
        details: StaticString? = nil,
        retryAfter: Bool = false,
        setCookies: [String] = [],
        edits: HeaderEdits = HeaderEdits(),
        isHead: Bool = false,
        closes: Bool = false
    ) -> String {
        Sample.written { out in
            OwnAnswer.write(
                status: status,
                body: Array(body.utf8),
                contentType: type.map { Array($0.utf8) },
                lines: Array(lines.utf8),
                location: location.map { Array($0.utf8) },
                allow: allow.map { Array($0.utf8) },
                proxyStatus: proxyStatus,
                details: details,
                retryAfter: retryAfter,
                setCookies: setCookies.map { Array($0.utf8) },
                edits: CompiledEdits(edits),
                isHead: isHead,
                date: Self.date,
                closes: closes,
                into: out
            )
        }
    }

    @Test func `an error says its status, its type and its length`() {
        let body = String(decoding: OwnAnswer.body(404), as: UTF8.self)
        #expect(body == "404 Not Found\n")
        #expect(
            written(404, body: body, type: String(decoding: OwnAnswer.plainText, as: UTF8.self)) == """
                HTTP/1.1 404 Not Found
                Date: today
                Content-Type: text/plain; charset=utf-8
                Content-Length: 14

                404 Not Found

                """
        )
    }

    @Test func `an answer to HEAD says the length of the body it does not have`() {
        let text = written(200, body: "hello", type: "a/b", isHead: true)
        #expect(text.lines("content-length") == ["Content-Length: 5"])
        #expect(text.hasSuffix("\n\n"))
        #expect(!text.contains("hello"))
    }

    @Test(arguments: [204, 304])
    func `a status without content has neither body nor length`(status: Int) {
        let text = written(status, body: "hello", type: "a/b")
        #expect(text.lines("content-length").isEmpty)
        #expect(text.hasSuffix("\n\n"))
    }

    @Test func `an empty body is announced, without a type`() {
        let text = written(200, type: "a/b")
        #expect(text.lines("content-length") == ["Content-Length: 0"])
        #expect(text.lines("content-type").isEmpty)
    }

    @Test func `says what is asked of it`() {
        let text = written(
            503,
            lines: "X-A: 1\r\n",
            location: "/x",
            allow: "GET, PUT",
            proxyStatus: "connection_refused",
            retryAfter: true,
            closes: true
        )
        #expect(text.lines("x-a") == ["X-A: 1"])
        #expect(text.lines("location") == ["Location: /x"])
        #expect(text.lines("allow") == ["Allow: GET, PUT"])
        #expect(text.lines("proxy-status") == ["Proxy-Status: gateway; error=connection_refused"])
        #expect(text.lines("retry-after") == ["Retry-After: 1"])
        #expect(text.lines("connection") == ["Connection: close"])
    }

    @Test func `an answer with a cookie stays out of shared caches`() {
        let text = written(502, setCookies: ["a=; Max-Age=0", "b=1"])
        #expect(text.lines("set-cookie") == ["Set-Cookie: a=; Max-Age=0", "Set-Cookie: b=1"])
        #expect(text.lines("cache-control") == ["Cache-Control: private, no-cache=\"Set-Cookie\""])
        #expect(written(502).lines("cache-control").isEmpty)
    }

    @Test func `the route's fields take the place of the answer's own`() {
        var edits = HeaderEdits()
        edits.set = [.init(name: "content-type", value: "x/y")]
        edits.add = [.init(name: "X-B", value: "3")]
        edits.remove = ["Date"]
        let text = written(200, body: "b", type: "a/b", edits: edits)
        #expect(text.lines("content-type") == ["content-type: x/y"])
        #expect(text.lines("x-b") == ["X-B: 3"])
        #expect(text.lines("date").isEmpty)
    }
}
