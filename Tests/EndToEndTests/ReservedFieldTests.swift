import Testing

/// DESIGN 4: the reserved fields, in every spelling, both ways.
struct ReservedFieldTests {
    static let reserved = [
        "X-Session", "x-session", "X-SESSION-ID", "X_Session", "x_session_id", "X.Session", "X!Session-Policy",
        "X-Session-Policy", "X-Sessions",
        "X-Sessionfoo", "X~Session~Set", "X-Flash", "X_Flash", "x-flash-add", "X-Flashy", "X'Flash'Keep",
        "x-session-clear", "X-Session_Set",
        "X+Session", "X|Session", "X^Session", "X`Session", "X*Session", "X%Session", "X$Session", "X&Session",
        "X#Session",
    ]
    static let free = [
        "X-Sess", "My-X-Session", "XSession", "X-Fla-sh", "X--Session", "Session",
        "X-Sessio",
    ]

    private func isReserved(_ name: String) -> Bool {
        let folded = String(name.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "-" })
        return folded.hasPrefix("x-session") || folded.hasPrefix("x-flash")
    }

    private func expectOnlyOurs(_ seen: Message?, _ policy: String, _ what: String) {
        let names = seen?.names.filter(isReserved) ?? []
        let ours = policy == "cookie" ? ["x-session", "x-session-policy"] : ["x-session-policy"]
        #expect(names.sorted() == ours, "\(what)")
        #expect(seen?.fields("x-session-policy") == [policy], "\(what)")
        #expect(seen?.raw.isEmpty == false && Latin1.text(seen?.raw ?? []).contains("evil") == false, "\(what)")
    }

    @Test func `no spelling of a reserved field gets in from a client, whatever the policy`() throws {
        try withSessions { _, _, browser in
            for (target, policy) in [("/", "cookie"), ("/api/x", "null")] {
                for name in Self.reserved {
                    let visit = try browser.bare(target, "\(name): evil\r\n")
                    expectOnlyOurs(visit.seen, policy, name)
                    let nominated = try browser.bare(
                        target,
                        "Connection: \(name)\r\n\(name): evil\r\n\(name): evil2\r\n"
                    )
                    expectOnlyOurs(nominated.seen, policy, "nominated \(name)")
                }
                let all = Self.reserved.map { "\($0): evil\r\n" }.joined()
                expectOnlyOurs(try browser.bare(target, all).seen, policy, "all at once")
            }
        }
    }

    @Test func `fields that are only alike pass`() throws {
        try withSessions { _, _, browser in
            for name in Self.free {
                let visit = try browser.bare("/", "\(name): kept\r\n", orders: ["\(name): kept"])
                #expect(visit.seen?.field(name) == "kept", "\(name)")
                #expect(visit.response.field(name) == "kept", "\(name)")
            }
        }
    }

    @Test(arguments: SessionStores.all)
    func `no spelling of a reserved field gets out to a client`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            for target in ["/", "/api/x"] {
                for status in [200, 302, 304, 404, 500] {
                    // Spelled otherwise than with hyphens they are not orders, and removed all the same.
                    let names = Self.reserved.filter {
                        !$0.lowercased().hasPrefix("x-session-") && !$0.lowercased().hasPrefix("x-flash-")
                    }
                    let orders =
                        names.map { "\($0): evil" } + [
                            #"X-Session-Set: {"a":1}"#, "X-Session-Id: evil", "X-Session-Policy: evil",
                        ]
                    let visit = try browser.bare(target, "Do-Status: \(status)\r\n", orders: orders)
                    #expect(visit.status == status)
                    #expect(visit.response.names.filter(isReserved).isEmpty)
                    #expect(!Latin1.text(visit.response.raw).contains("evil"))
                }
            }
        }
    }

    @Test(arguments: SessionStores.all)
    func `reserved fields are removed when they were refused`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let visit = try browser.fetch("/", "X-Session-Set: {", "X-Session-Id: evil")
            #expect(visit.status == 500)
            #expect(visit.response.names.filter(isReserved).isEmpty)
        }
    }

    @Test func `interim responses carry none, and change nothing`() throws {
        let interim =
            "HTTP/1.1 103 Early\r\nLink: </a>\r\nX-Session-Set: {\"a\":1}\r\nX_Flash: evil\r\nSet-Cookie: \(Browser.cookie)=evil\r\n\r\n"
        let origin = try ScriptedOrigin.responding(interim + ok("final"))
        try withGateway(RouteFiles.session(origin.url)) { gateway in
            for target in ["/", "/api/x"] {
                let response = try gateway.get(target)
                #expect(response.interim.map(\.status) == [103])
                #expect(response.interim.first?.field("link") == "</a>")
                for head in response.interim + [response] {
                    #expect(head.names.filter(isReserved).isEmpty)
                    #expect(head.setCookies.isEmpty)
                }
            }
        }
    }

    @Test func `trailers carry none, in either direction, and change nothing`() throws {
        let listener = try OriginListener()
        let trailers = "X-Session: evil\r\nX_Flash: evil\r\nX-Session-Set: {\"a\":1}\r\nX-T: 1\r\n"
        try withGateway(RouteFiles.session(listener.url)) { gateway in
            for target in ["/", "/api/x"] {
                let client = try gateway.connect()
                try client.send(
                    "POST \(target) HTTP/1.1\r\nHost: test\r\nTE: trailers\r\nConnection: TE\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n0\r\n\(trailers)\r\n"
                )
                let wire = try listener.accept()
                let seen = try wire.readRequest()
                #expect(!seen.trailers.contains { isReserved($0.name) })
                try wire.send(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(trailers)\r\n"
                )
                let response = try client.readResponse(to: "POST")
                #expect(!response.trailers.contains { isReserved($0.name) })
                #expect(response.setCookies.isEmpty)
            }
        }
    }

    @Test func `what a client may not say in its head it may not say in its trailers`() throws {
        let listener = try OriginListener()
        let names = [
            "X-User-Id", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-Id", "Forwarded", "Via",
            "X-Real-IP",
            "X_Forwarded_For", "Host", "Cookie", "Authorization", "Content-Length", "Connection", "Upgrade",
        ]
        let session = "expose: { X-User-Id: user_id }"
        try withGateway(RouteFiles.session(listener.url, session: session)) { gateway in
            let client = try gateway.connect()
            let trailers = names.map { "\($0): evil\r\n" }.joined()
            try client.send(
                "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(trailers)X-T: 1\r\n\r\n"
            )
            let seen = try listener.accept().readRequest()
            #expect(seen.trailers.map(\.name) == ["X-T"])
        }
    }

    @Test func `a Connection field of the service cannot smuggle orders past`() throws {
        try withSessions { _, _, browser in
            let visit = try browser.fetch("/", "Connection: X-Session-Set", #"X-Session-Set: {"a":1}"#)
            #expect(visit.response.names.filter(isReserved).isEmpty)
            #expect(visit.status == 200)
        }
    }
}
