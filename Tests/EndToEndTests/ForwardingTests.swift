import Testing

/// Rules H1 to H12: what of a message goes on to the next hop.
struct ForwardingTests {
    @Test func `H1 fields nominated by Connection go no further, in either direction`() throws {
        try withProxy(answering: { _ in ok("", "Connection: X-R\r\nX-R: 1\r\nX-S: 2\r\n") }) { gateway, origin in
            let response = try gateway.get(
                "/",
                "Connection: x-a ,X-B\r\nX-A: 1\r\nx-b: 2\r\nX-C: 3\r\nConnection: x-d\r\nX-D: 4\r\n"
            )
            let seen = try origin.lastRequest()
            #expect(!seen.has("x-a") && !seen.has("x-b") && !seen.has("x-d"))
            #expect(seen.field("x-c") == "3")
            #expect(!seen.fields("connection").joined().lowercased().contains("x-a"))
            #expect(!response.has("x-r"))
            #expect(response.field("x-s") == "2")
            #expect(!response.fields("connection").joined().lowercased().contains("x-r"))
        }
    }

    @Test func `H1 nominated fields go no further in trailers either`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send(
                "POST / HTTP/1.1\r\nHost: test\r\nConnection: X-T, TE\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "1\r\na\r\n0\r\nX-T: 1\r\nX-U: 2\r\n\r\n"
            )
            let wire = try origin.accept()
            let request = try wire.readRequest()
            #expect(request.text == "a")
            #expect(request.trailers == [Message.Field(name: "X-U", value: "2")])
            try wire.send(
                "HTTP/1.1 200 OK\r\nConnection: X-V\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-V: 1\r\nX-W: 2\r\n\r\n"
            )
            #expect(try client.readResponse(to: "POST").trailers == [Message.Field(name: "X-W", value: "2")])
        }
    }

    @Test func `H2 hop-by-hop fields go no further though nobody nominated them`() throws {
        let hop = "Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nUpgrade: foo\r\n"
        try withProxy(answering: { _ in ok("", hop + "X-S: 1\r\n") }) { gateway, origin in
            let response = try gateway.get("/", hop + "TE: gzip\r\nX-S: 1\r\n")
            for message in [try origin.lastRequest(), response] {
                #expect(!message.has("keep-alive"))
                #expect(!message.has("proxy-connection"))
                #expect(!message.has("upgrade"))
                #expect(message.field("te") ?? "trailers" == "trailers")
                #expect(message.field("x-s") == "1")
            }
        }
    }

    @Test func `H3 nominating what the gateway adds does not remove it`() throws {
        try withProxy { gateway, origin in
            let names =
                "Host, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, Via, X-Request-Id, X-Session-Policy"
            _ = try gateway.get("/", "Connection: \(names)\r\nX-Forwarded-For: 6.6.6.6\r\nVia: 1.1 evil\r\n")
            let seen = try origin.lastRequest()
            #expect(seen.field("host") == "test")
            #expect(seen.fields("x-forwarded-for") == ["127.0.0.1"])
            #expect(seen.fields("x-forwarded-proto") == ["http"])
            #expect(seen.fields("x-forwarded-host") == ["test"])
            #expect(seen.fields("via").joined(separator: ", ").hasSuffix("1.1 gateway"))
            #expect(seen.field("x-request-id")?.isEmpty == false)
            #expect(seen.fields("x-session-policy") == ["null"])
        }
    }

    @Test func `H3 nominating the framing does not change it`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            let response = try client.post(
                "/",
                "Connection: Content-Length\r\n",
                body: "GET /smuggled HTTP/1.1\r\n\r\n"
            )
            #expect(response.status == 200 || response.status == 400)
            #expect(!origin.targets.contains("/smuggled"))
            if response.status == 200 { #expect(try origin.lastRequest().field("content-length") == "26") }
        }
    }

    @Test func `H4 unknown fields go on unchanged, those of one name in order`() throws {
        let fields =
            "X-One: a  b\r\nx-TWO: \"q\\\"\"; p=1\r\nX-One: c\r\nX-Empty:\r\nX_Under: u\r\nX-One: d, e\r\nX-!#$%&'*+.^`|~: t\r\n"
        try withProxy(answering: { _ in ok("", fields) }) { gateway, origin in
            let response = try gateway.get("/", fields)
            for message in [try origin.lastRequest(), response] {
                #expect(message.fields("x-one") == ["a  b", "c", "d, e"])
                #expect(message.field("x-two") == "\"q\\\"\"; p=1")
                #expect(message.field("x-empty") == "")
                #expect(message.field("x_under") == "u")
                #expect(message.field("X-!#$%&'*+.^`|~") == "t")
            }
        }
    }

    @Test func `H4 values beyond ASCII go on byte for byte`() throws {
        try withProxy(answering: { _ in ok("", "X-U: grün\r\n") }) { gateway, origin in
            let response = try gateway.get("/", "X-U: grün\r\n")
            let bytes = Latin1.text("grün".utf8)
            #expect(try origin.lastRequest().field("x-u") == bytes)
            #expect(response.field("x-u") == bytes)
        }
    }

    @Test func `H5 Via is appended on requests and responses`() throws {
        try withProxy(answering: { _ in ok("", "Via: 1.1 inner\r\n") }) { gateway, origin in
            let response = try gateway.get("/", "Via: 1.0 fred, 1.1 p.example\r\n")
            #expect(
                try origin.lastRequest().fields("via").joined(separator: ", ") == "1.0 fred, 1.1 p.example, 1.1 gateway"
            )
            #expect(response.fields("via").joined(separator: ", ") == "1.1 inner, 1.1 gateway")
            _ = try gateway.connect().exchange("GET / HTTP/1.0\r\nHost: test\r\n\r\n")
            #expect(try origin.lastRequest().fields("via") == ["1.0 gateway"])
        }
    }

    @Test func `H6 a gateway that is its own upstream ends the loop with an error`() throws {
        let directory = try TemporaryDirectory()
        let file = """
            listen: [{ address: "unix:\(directory.path)/s" }]
            workers: 1
            upstreams: { app: { servers: ["unix:\(directory.path)/s"] } }
            routes: [{ path: /*, upstream: app }]
            """
        try withGateway(file) { gateway in
            let status = try gateway.get().status
            #expect(status == 508 || status == 400 || status == 502)
        }
    }

    @Test func `H7 Max-Forwards is counted down, and at zero the gateway answers`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            _ = try client.exchange("OPTIONS /a HTTP/1.1\r\nHost: test\r\nMax-Forwards: 5\r\n\r\n")
            #expect(try origin.lastRequest().fields("max-forwards") == ["4"])
            let response = try client.exchange("OPTIONS /b HTTP/1.1\r\nHost: test\r\nMax-Forwards: 0\r\n\r\n")
            #expect(response.status < 300)
            #expect(origin.targets == ["/a"])
        }
    }

    @Test func `H8 path and query reach the origin byte for byte`() throws {
        let targets = [
            "/a%2fb", "/a%2Fb", "/A;b=c/d", "//x", "/x//y", "/x/", "/x?", "/x??", "/x?a=%2F&b=%zz&c=[1]", "/%7Euser",
            "/~user",
            "/a/./b", "/a/../b", "/a%20b", "/a+b", "/:@!$&'()*,;=", "/caf%C3%A9", "/?", "/?q=http://x/y?z",
            "/x?a|b^c`{}\"<>",
        ]
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            for target in targets { #expect(try client.get(target).status == 200, "\(target)") }
            #expect(origin.targets == targets)
        }
    }

    @Test func `H9 an HTTP/1.0 request goes on as HTTP/1.1, and its connection is closed`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            let response = try client.exchange("GET / HTTP/1.0\r\nHost: test\r\nConnection: keep-alive\r\n\r\n")
            #expect(response.text == "ok")
            #expect(try origin.lastRequest().startLine == "GET / HTTP/1.1")
            try client.expectClosed()
        }
    }

    @Test func `H10 TE goes upstream only as trailers, nominated by Connection`() throws {
        try withProxy { gateway, origin in
            _ = try gateway.get("/", "TE: trailers, deflate;q=0.5\r\nConnection: TE\r\n")
            let seen = try origin.lastRequest()
            if let te = seen.field("te") {
                #expect(te == "trailers")
                #expect(seen.fields("connection").joined().lowercased() == "te")
            }
        }
    }

    @Test func `H10 trailers are not merged into the head, and framing fields in them go no further`() throws {
        try withListener { gateway, origin in
            let client = try gateway.connect()
            try client.send(
                "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-T: 1\r\nContent-Length: 5\r\n"
                    + "Host: evil\r\nAuthorization: Basic evil\r\nTransfer-Encoding: x\r\nCookie: a=b\r\n\r\n"
            )
            let wire = try origin.accept()
            let request = try wire.readRequest()
            #expect(!request.has("x-t"))
            #expect(!request.has("authorization"))
            #expect(request.field("host") == "test")
            #expect(request.trailers.allSatisfy { $0.name == "X-T" })
            try wire.send(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\nContent-Length: 9\r\n"
                    + "Set-Cookie: a=b\r\nTransfer-Encoding: x\r\n\r\n"
            )
            let response = try client.readResponse(to: "POST")
            #expect(response.text == "ok")
            #expect(!response.has("x-t"))
            #expect(response.trailers.allSatisfy { $0.name == "X-T" })
        }
    }

    @Test func `H11 authentication passes unmodified`() throws {
        let challenge = "Basic realm=\"a, b\", Digest realm=x"
        try withProxy(answering: { _ in answer(401, "", "WWW-Authenticate: \(challenge)\r\n") }) { gateway, origin in
            let response = try gateway.get("/", "Authorization: Basic  YTpi\r\n")
            #expect(response.status == 401)
            #expect(response.field("www-authenticate") == challenge)
            #expect(try origin.lastRequest().field("authorization") == "Basic  YTpi")
        }
    }

    @Test func `H12 conditions are the origin's to judge`() throws {
        let conditions = [
            "If-None-Match: \"x\"", "If-Match: *", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
            "If-Range: \"y\"",
            "Range: bytes=0-1",
        ]
        try withProxy(answering: { _ in "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n" }) { gateway, origin in
            let response = try gateway.get("/", conditions.map { $0 + "\r\n" }.joined())
            #expect(response.status == 304)
            #expect(response.field("etag") == "\"x\"")
            let seen = Latin1.text(try origin.lastRequest().raw)
            for condition in conditions { #expect(seen.contains("\r\n\(condition)\r\n")) }
        }
    }

    @Test func `X4 what an untrusted client says of the way it came is replaced`() throws {
        try withProxy { gateway, origin in
            _ = try gateway.get(
                "/",
                "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nX-Request-Id: mine\r\n"
                    + "Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-For: 7.7.7.7\r\n"
            )
            let seen = try origin.lastRequest()
            #expect(seen.fields("x-forwarded-for") == ["127.0.0.1"])
            #expect(seen.fields("x-forwarded-proto") == ["http"])
            #expect(seen.fields("x-forwarded-host") == ["test"])
            #expect(seen.fields("x-request-id").count == 1)
            #expect(seen.field("x-request-id") != "mine")
            #expect(!Latin1.text(seen.raw).contains("6.6.6.6"))
        }
    }

    @Test func `X4 what a trusted proxy says of the way it came is kept and extended`() throws {
        try withProxy(top: "trusted_proxies: [127.0.0.0/8]") { gateway, origin in
            _ = try gateway.get(
                "/",
                "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: public.example\r\n"
                    + "X-Request-Id: mine-1\r\n"
            )
            let seen = try origin.lastRequest()
            #expect(seen.fields("x-forwarded-for").joined(separator: ", ") == "9.9.9.9, 127.0.0.1")
            #expect(seen.fields("x-forwarded-proto") == ["https"])
            #expect(seen.fields("x-forwarded-host") == ["public.example"])
            #expect(seen.fields("x-request-id") == ["mine-1"])
        }
    }

    @Test func `X4 what a trusted proxy says in several lines is one list`() throws {
        try withProxy(top: "trusted_proxies: [127.0.0.0/8]") { gateway, origin in
            _ = try gateway.get("/", "X-Forwarded-For: 8.8.8.8\r\nX-A: 1\r\nX-Forwarded-For: 9.9.9.9\r\n")
            let list = try origin.lastRequest().fields("x-forwarded-for").joined(separator: ", ")
            #expect(list == "8.8.8.8, 9.9.9.9, 127.0.0.1")
        }
    }

    @Test func `X5 what was said to be early data is for the service to judge, and its 425 for the client`() throws {
        let script: @Sendable (Message) -> String = { request in
            request.field("early-data") == "1" ? answer(425, "") : answer(200, "late")
        }
        try withProxy(answering: script) { gateway, origin in
            let early = try gateway.get("/", "Early-Data: 1\r\n")
            #expect(early.status == 425)
            // Sent again by who knows when its handshake is done, not by the gateway.
            #expect(origin.targets.count == 1)
            #expect(try gateway.get("/").status == 200)
            #expect(try origin.lastRequest().field("early-data") == nil)
        }
    }

    @Test func `X5 a TLS client that sends its request with its hello is no client`() throws {
        try withProxy { gateway, origin in
            let client = try gateway.connect()
            try client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])
            try client.send("GET / HTTP/1.1\r\nHost: test\r\nEarly-Data: 1\r\n\r\n")
            #expect(try client.readHead().status == 400)
            #expect(origin.targets.isEmpty)
        }
    }

    @Test func `a field spelled with underscores is refused where the gateway owns its twin`() throws {
        try withProxy { gateway, origin in
            for name in ["X_Forwarded_For", "x_forwarded-proto", "X-Request_Id", "Content_Length", "Transfer_Encoding"]
            {
                #expect(try gateway.get("/twin", "\(name): 1\r\n").status == 400, "\(name)")
            }
            let response = try gateway.get("/", "X_Real_User: ada\r\n")
            #expect(response.status == 200)
            #expect(try origin.lastRequest().field("x_real_user") == "ada")
            #expect(origin.targets == ["/"])
        }
    }
}
