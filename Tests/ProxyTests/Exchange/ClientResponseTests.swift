import HTTP
import LinuxIO
import Testing

@testable import Proxy

struct ClientResponseTests {
    private static let date = Array("Date: now\r\n".utf8)

    private func route(_ edits: String = "") throws -> Route {
        let route = "{ path: /*, upstream: app\(edits.isEmpty ? "" : ", response_headers: \(edits)") }"
        return Snapshot(try Sample.settings("routes: [\(route)]\n")).routes[0]
    }

    private func written(
        _ response: String,
        to request: String = "GET / HTTP/1.1\nHost: a",
        effect: SessionEffect = SessionEffect(cut: .names(CookieNames(["s"]))),
        edits: String = "",
        closes: Bool = false
    ) throws -> String {
        let request = try SampleRequest(request)
        let response = try SampleResponse(response, to: request.head.method)
        let route = try route(edits)
        return Sample.written { out in
            ClientResponse.write(
                response.head,
                response.bytes.span,
                framing: ClientResponse.framing(response.head, for: request.head),
                route: route,
                effect: effect,
                date: Self.date,
                closes: closes,
                into: out
            )
        }
    }

    @Test func `unknown fields pass byte for byte and in order`() throws {
        let text = try written("HTTP/1.1 200 Fine\nX-B:  1 \nx-a:2\nX-B: 3\nContent-Length: 0\nDate: then")
        #expect(
            text
                == "HTTP/1.1 200 Fine\nX-B:  1 \nx-a:2\nX-B: 3\nDate: then\nContent-Length: 0\nVia: 1.1 gateway\n\n"
        )
    }

    @Test(arguments: [
        ("Content-Length: 5", "HTTP/1.1", ["Content-Length: 5"]),
        ("Content-Length: 5\nContent-Length: 5", "HTTP/1.1", ["Content-Length: 5"]),
        ("Transfer-Encoding: chunked", "HTTP/1.1", ["Transfer-Encoding: chunked"]),
        ("Transfer-Encoding: chunked\nContent-Length: 7", "HTTP/1.1", ["Transfer-Encoding: chunked"]),
        ("X-A: until the end", "HTTP/1.1", ["Transfer-Encoding: chunked"]),
        ("Transfer-Encoding: chunked", "HTTP/1.0", ["Connection: close"]),
        ("X-A: until the end", "HTTP/1.0", ["Connection: close"]),
    ])
    func `frames the body anew, as the client's version can`(fields: String, version: String, framing: [String]) throws
    {
        let text = try written("HTTP/1.1 200 OK\n\(fields)", to: "GET / \(version)\nHost: a")
        let names = ["content-length", "transfer-encoding", "connection"]
        #expect(names.flatMap(text.lines) == framing)
    }

    @Test(arguments: [
        ("GET", "204 No Content", "Content-Length: 5", [String]()),
        ("GET", "304 Not Modified", "Content-Length: 5", ["Content-Length: 5"]),
        ("HEAD", "200 OK", "Content-Length: 5", ["Content-Length: 5"]),
        ("HEAD", "200 OK", "Transfer-Encoding: chunked", []),
        ("HEAD", "204 No Content", "Content-Length: 0", []),
    ])
    func `says no length where there is no body, but for HEAD and 304`(
        method: String,
        status: String,
        field: String,
        framing: [String]
    ) throws {
        let text = try written("HTTP/1.1 \(status)\n\(field)", to: "\(method) / HTTP/1.1\nHost: a")
        #expect(["content-length", "transfer-encoding", "connection"].flatMap(text.lines) == framing)
    }

    @Test(arguments: [
        "Connection: close", "Keep-Alive: timeout=5", "Proxy-Connection: close", "TE: trailers", "Upgrade: h2c",
        "HTTP2-Settings: AAA", "X-Session-Set: {}", "X-Session: 1", "X_Session_Set: {}", "x-flash-anything: 1",
        "X-Sessions: 1",
    ])
    func `what belongs to the hop or to the gateway does not reach the client`(line: String) throws {
        let text = try written("HTTP/1.1 200 OK\nX-A: 1\n\(line)\nContent-Length: 0\nX-B: 2")
        #expect(!text.contains(line))
        #expect(text.contains("\nX-A: 1\nX-B: 2\n"))
    }

    @Test func `what Connection names does not reach the client`() throws {
        let text = try written("HTTP/1.1 200 OK\nX-Hop: 1\nConnection: x-hop, Keep-Alive\nX-B: 2\nContent-Length: 0")
        #expect(text.lines("x-hop").isEmpty)
        #expect(text.lines("x-b") == ["X-B: 2"])
    }

    @Test func `no nomination takes away the date or Vary of the gateway`() throws {
        let effect = SessionEffect(variesByCookie: true, cut: .names(CookieNames([])))
        let text = try written(
            "HTTP/1.1 200 OK\nConnection: date, vary\nDate: then\nVary: Cookie\nContent-Length: 0",
            effect: effect
        )
        #expect(text.lines("date") == ["Date: now"])
        #expect(text.lines("vary") == ["Vary: Cookie"])
    }

    @Test(arguments: [
        ("Vary: Accept", ["Vary: Accept", "Vary: Cookie"]), ("Vary: accept, COOKIE", ["Vary: accept, COOKIE"]),
        ("Vary: *", ["Vary: *"]), ("Vary: Cookie2", ["Vary: Cookie2", "Vary: Cookie"]), ("X-A: 1", ["Vary: Cookie"]),
    ])
    func `a response that depended on the session varies by Cookie, said once`(line: String, expected: [String]) throws
    {
        let effect = SessionEffect(variesByCookie: true, cut: .names(CookieNames([])))
        #expect(try written("HTTP/1.1 200 OK\n\(line)\nContent-Length: 0", effect: effect).lines("vary") == expected)
    }

    @Test func `a Date is added where there is none`() throws {
        #expect(try written("HTTP/1.1 200 OK\nVary: *\nContent-Length: 0").lines("date") == ["Date: now"])
    }

    @Test func `only session cookies are cut from Set-Cookie`() throws {
        let text = try written(
            "HTTP/1.1 200 OK\nSet-Cookie: a=1; Path=/\nSet-Cookie: s=2\nSet-Cookie: s.1=2\n"
                + "Set-Cookie: ss=3\nContent-Length: 0"
        )
        #expect(text.lines("set-cookie") == ["Set-Cookie: a=1; Path=/", "Set-Cookie: ss=3"])
    }

    @Test func `a session's cookie is added and keeps the response out of shared caches`() throws {
        let effect = SessionEffect(setCookies: [Array("s=new".utf8)], cut: .names(CookieNames(["s"])))
        let text = try written(
            "HTTP/1.1 200 OK\nCache-Control: public, max-age=60\nSet-Cookie: a=1\nContent-Length: 0\n"
                + "Cache-Control: s-maxage=9",
            effect: effect
        )
        #expect(text.lines("set-cookie") == ["Set-Cookie: a=1", "Set-Cookie: s=new"])
        #expect(text.lines("cache-control") == ["Cache-Control: max-age=60, private, no-cache=\"Set-Cookie\""])
    }

    @Test func `without a cookie Cache-Control passes as it is`() throws {
        let text = try written("HTTP/1.1 200 OK\nCache-Control: public\nContent-Length: 0")
        #expect(text.lines("cache-control") == ["Cache-Control: public"])
    }

    @Test func `the space before a colon is not passed on`() throws {
        let text = try written("HTTP/1.1 200 OK\nX-A : 1\nX-B: 2\nContent-Length: 0")
        #expect(text.contains("\nX-A: 1\nX-B: 2\n"))
    }

    @Test func `the route's edits remove, set and add`() throws {
        let edits = "{ set: { Server: gw, Date: never, Vary: Accept }, add: { X-A: 2 }, remove: [X-Powered-By] }"
        let text = try written(
            "HTTP/1.1 200 OK\nserver: x\nX-A: 1\nX-Powered-By: y\nVary: Cookie\nContent-Length: 0",
            effect: SessionEffect(variesByCookie: true, cut: .all),
            edits: edits
        )
        #expect(text.lines("server") == ["Server: gw"])
        #expect(text.lines("x-a") == ["X-A: 1", "X-A: 2"])
        #expect(text.lines("x-powered-by").isEmpty)
        #expect(text.lines("date") == ["Date: never"])
        #expect(text.lines("vary") == ["Vary: Cookie", "Vary: Accept"])
    }

    @Test func `an announced trailer passes only with a chunked body`() throws {
        let fields = "Trailer: Digest\nX-A: 1"
        #expect(try written("HTTP/1.1 200 OK\n\(fields)").lines("trailer") == ["Trailer: Digest"])
        #expect(try written("HTTP/1.1 200 OK\n\(fields)\nContent-Length: 1").lines("trailer").isEmpty)
        #expect(try written("HTTP/1.1 200 OK\n\(fields)", to: "GET / HTTP/1.0\nHost: a").lines("trailer").isEmpty)
    }

    @Test func `Via says by which version the response came`() throws {
        #expect(try written("HTTP/1.0 200 OK\nVia: 1.1 x").lines("via") == ["Via: 1.1 x", "Via: 1.0 gateway"])
    }

    @Test func `a response that ends the connection says so`() throws {
        #expect(
            try written("HTTP/1.1 200 OK\nContent-Length: 0", closes: true).lines("connection") == ["Connection: close"]
        )
    }

    @Test func `a reason that is empty stays empty`() throws {
        #expect(try written("HTTP/1.1 299 \nContent-Length: 0").hasPrefix("HTTP/1.1 299 \n"))
    }

    @Test func `an interim response carries no framing, no cookie and nothing of the session`() throws {
        let response = try SampleResponse(
            "HTTP/1.1 103 Early Hints\nLink: </a>\nContent-Length: 5\nSet-Cookie: a=1\n"
                + "Connection: x-hop\nX-Hop: 1\nX-Session-Set: {}"
        )
        let text = Sample.written { ClientResponse.writeInterim(response.head, response.bytes.span, into: $0) }
        #expect(text == "HTTP/1.1 103 Early Hints\nLink: </a>\n\n")
    }
}
