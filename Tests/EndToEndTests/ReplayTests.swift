import Testing

/// The strictness replay: every raw request of `Tests/Replay`, and all that has to come of it.
struct ReplayTests {
    private static let smuggled = Array("GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n".utf8)

    @Test(arguments: ReplayCase.classes)
    func `F1 to F14, T1 to T3: each raw request of the replay gets its status, and the origin sees what it may`(
        _ name: String
    ) throws {
        let cases = try ReplayCase.read(name)
        #expect(cases.count >= 25)
        let complete = Board<[Message]>([])
        let script: ScriptedOrigin.Script = { wire in
            while let request = try wire.nextRequest() {
                complete.change { $0.append(request) }
                try wire.send(request.method == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" : ok())
            }
        }
        try withProxy(script: script) { gateway, origin in
            for replay in cases {
                let (heads, whole) = (origin.requests.count, complete.current.count)
                do {
                    try Self.send(replay, to: gateway)
                } catch {
                    Issue.record("\(replay.name): \(error)")
                }
                // What was forwarded for the case is before this request at the origin.
                let fence = try gateway.get("/fence").status
                #expect(fence == 200)
                let arrived = complete.current.dropFirst(whole).filter { !["/fence", "/next"].contains($0.target) }
                Self.check(replay, arrived)
                let begun = origin.requests.dropFirst(heads).filter { !["/fence", "/next"].contains($0.target) }
                let allowed = replay.arrivals.count + (replay.isCut ? 1 : 0)
                #expect(begun.count <= allowed, "\(replay.name): \(begun.map(\.startLine))")
            }
            // Nothing came late either.
            let all = complete.current.map(\.target).filter { !["/fence", "/next"].contains($0) }
            #expect(all == cases.flatMap(\.arrivals).map(\.target))
        }
    }

    /// Sends the case's bytes and checks what the client gets.
    private static func send(_ replay: ReplayCase, to gateway: GatewayProcess) throws {
        let client = try gateway.connect()
        // The gateway may answer and close before it has read all of a head that is too long.
        try? client.send(replay.bytes + (replay.closes && !replay.finishes ? smuggled : []))
        if replay.finishes { client.shutdownWrite() }
        for (index, status) in replay.statuses.enumerated() {
            let method = index < replay.arrivals.count ? replay.arrivals[index].method : "GET"
            let response = try client.readResponse(to: method)
            #expect(response.status == status, "\(replay.name): \(response.startLine)")
        }
        if replay.closes {
            try client.expectClosed()
        } else {
            #expect(try client.get("/next").status == 200, "\(replay.name)")
        }
    }

    /// Checks what the origin got.
    private static func check(_ replay: ReplayCase, _ arrived: [Message]) {
        let seen = arrived.map { ReplayCase.Arrival(method: $0.method, target: $0.target, body: $0.text) }
        #expect(seen == replay.arrivals, "\(replay.name)")
        guard let last = arrived.last else { return }
        for field in replay.present { #expect(last.fields(field.name) == [field.value], "\(replay.name)") }
        for name in replay.absent { #expect(!last.has(name), "\(replay.name): \(name)") }
    }
}
