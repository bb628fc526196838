import LinuxIO
import Redis
import RedisServer
import Testing
import Upstream

struct RedisClientTests {
    @Test(arguments: [RedisServer.Place.port, .socket, .tls])
    func `commands are answered`(place: RedisServer.Place) throws {
        let server = try RedisServer(place)
        let client = try TestClient(server.url) { if place == .tls { $0.caFile = server.authority } }
        #expect(client.run("SET", "a", "1") == .text("OK"))
        #expect(client.run("INCR", "a") == .number(2))
        #expect(client.run("HSET", "h", "x", "1", "y", "\r\n\u{0}") == .number(2))
        #expect(client.run("HGETALL", "h") == .list(["x", "1", "y", "\r\n\u{0}"]))
        #expect(client.run("GET", "none") == .null)
        #expect(client.run("INCR", "h") == .error("WRONGTYPE Operation against a key holding the wrong kind of value"))
        #expect(client.client.isReady)
    }

    @Test func `a certificate of nobody's trust is no Redis`() throws {
        let server = try RedisServer(.tls)
        let client = try TestClient(server.url)
        guard case .unreachable(.tlsCertificate) = client.run("PING").failure?.cause else {
            Issue.record("\(client.events)")
            return
        }
    }

    @Test func `a thousand commands given at once are answered in their order, on one connection`() throws {
        let server = try RedisServer()
        let client = try TestClient(server.url)
        let echoes = try (0..<1000).map { try client.begin(["ECHO", "\($0)"]) }
        #expect(client.client.waitingCount == 1000)
        #expect(client.loop.turn { echoes[999].end != nil })
        #expect(echoes.map(\.end) == (0..<1000).map { .text("\($0)") })
        #expect(echoes.allSatisfy { $0.count == 1 })
        let information = try server.run("INFO", "stats")
        #expect(information.contains("total_connections_received:2\r\n") || information.contains("received:2\n"))
    }

    @Test(arguments: [RedisServer.Place.port, .tls])
    func `megabytes go both ways through a connection that blocks`(place: RedisServer.Place) throws {
        let server = try RedisServer(place)
        let client = try TestClient(server.url) { if place == .tls { $0.caFile = server.authority } }
        let large = String(repeating: "0123456789abcdef", count: 65536)
        let echoes = try (0..<8).map { _ in try client.begin(["ECHO", large]) }
        #expect(client.loop.turn { echoes[7].end != nil })
        #expect(echoes.allSatisfy { $0.end == .text(large) })
    }

    @Test func `the password, the user and the database of the URL are used`() throws {
        let server = try RedisServer(password: "s p@ce")
        try server.run("ACL", "SETUSER", "ada", "on", ">other", "~*", "+@all", password: "s p@ce")
        let place = server.url.dropFirst("redis://".count)
        let client = try TestClient("redis://:s%20p%40ce@\(place)/3")
        #expect(client.run("SET", "here", "1") == .text("OK"))
        #expect(try server.run("-n", "3", "GET", "here", password: "s p@ce") == "1")
        let other = try TestClient("redis://ada:other@\(place)/3")
        #expect(other.run("ACL", "WHOAMI") == .text("ada"))
        #expect(other.run("GET", "here") == .text("1"))
    }

    @Test(arguments: [
        ("redis://:wrong@", "WRONGPASS"), ("redis://", "NOAUTH"), ("redis://:secret@%/77", "ERR DB index"),
    ])
    func `who is not welcome is told so, and what was not sent is said not to be done`(
        start: String,
        words: String
    ) throws {
        let server = try RedisServer(password: "secret")
        let place = String(server.url.dropFirst("redis://".count))
        let url = start.contains("%") ? start.replacing("%", with: place) : start + place
        let client = try TestClient(url)
        let failure = client.run("SET", "a", "1").failure
        guard case .unwelcome(let said) = failure?.cause else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(said.hasPrefix(words) && failure?.mayBeDone == false)
        guard case .failed(let error) = client.events.first else {
            Issue.record("no event")
            return
        }
        #expect(error.description.contains(words) && !error.description.contains("wrong@"))
    }

    @Test func `after a failure commands fail at once, until the pause is over and it works again`() throws {
        let server = try RedisServer()
        let client = try TestClient(server.url) { $0.firstPause = 200_000_000 }
        #expect(client.run("SET", "a", "1") == .text("OK"))
        server.kill()
        #expect(client.loop.turn { !client.client.isReady })
        // Nothing waited, so it is no failure yet.
        #expect(client.events.isEmpty)
        guard case .unreachable(.connectionRefused) = client.run("GET", "a").failure?.cause else {
            Issue.record("connected to nothing")
            return
        }
        let before = client.loop.now
        #expect(client.run("GET", "a").failure?.cause == .pausing)
        #expect(client.loop.now == before)
        try server.start()
        #expect(client.loop.turn { client.run("GET", "a") == .null })
        #expect(client.events.count == 2 && client.events.last == .recovered)
    }

    @Test func `a connection that breaks fails what was sent, which may be done, and what was not, which is not`()
        throws
    {
        let server = try RedisServer()
        let client = try TestClient(server.url)
        #expect(client.run("PING") == .text("PONG"))
        server.freeze()
        let sent = try client.begin(["INCR", "a"])
        client.loop.runOnce(timeoutNanoseconds: 0)
        server.kill()
        let unsent = try client.begin(["INCR", "b"])
        #expect(client.loop.turn { sent.end != nil && unsent.end != nil })
        #expect(sent.end?.failure?.mayBeDone == true)
        guard case .disconnected = sent.end?.failure?.cause else {
            Issue.record("\(String(describing: sent.end))")
            return
        }
        #expect(sent.count == 1 && unsent.count == 1)
    }

    @Test func `a Redis that hangs fails commands in time, and its late answers reach nobody`() throws {
        let server = try RedisServer()
        let client = try TestClient(server.url) { $0.timeout = 150_000_000 }
        #expect(client.run("PING") == .text("PONG"))
        server.freeze()
        let started = client.loop.now
        let commands = try (0..<3).map { try client.begin(["ECHO", "\($0)"]) }
        #expect(client.loop.turn { commands[2].end != nil })
        #expect(commands.allSatisfy { $0.end == .failed(RedisError.timedOut) && $0.count == 1 })
        #expect(client.loop.now - started < 1_000_000_000)
        // The kernel takes connections for it, but it greets nobody.
        var again: Collector.End?
        #expect(
            client.loop.turn {
                again = client.run("ECHO", "again")
                return again?.failure?.cause != .pausing
            }
        )
        #expect(again?.failure?.cause == .timeout && again?.failure?.mayBeDone == false)
        server.thaw()
        #expect(client.loop.turn { client.run("ECHO", "new") == .text("new") })
        #expect(client.run("ECHO", "newer") == .text("newer"))
        #expect(commands.allSatisfy { $0.count == 1 })
    }

    @Test func `more commands than may wait fail at once, and the others are answered`() throws {
        let server = try RedisServer()
        let client = try TestClient(server.url) { $0.mostCommands = 3 }
        let commands = try (0..<3).map { try client.begin(["ECHO", "\($0)"]) }
        #expect(throws: RedisError.self) { _ = try client.begin(["ECHO", "4"]) }
        #expect(client.loop.turn { commands[2].end == .text("2") })
        #expect(client.run("ECHO", "5") == .text("5"))
        let narrow = try TestClient(server.url) { $0.mostUnsent = 100 }
        let long = try narrow.begin(["ECHO", String(repeating: "x", count: 200)])
        #expect(narrow.run("PING").failure?.cause == .overloaded)
        #expect(narrow.loop.turn { long.end != nil })
        #expect(narrow.run("PING") == .text("PONG"))
    }

    @Test func `a reply over the limit ends the connection and fails what waits behind it`() throws {
        let server = try RedisServer()
        try server.run("SETRANGE", "large", "100000", "x")
        let client = try TestClient(server.url) { $0.largestReply = 50_000 }
        let large = try client.begin(["GET", "large"])
        let behind = try client.begin(["PING"])
        #expect(client.loop.turn { behind.end != nil })
        for end in [large.end, behind.end] {
            #expect(end?.failure?.cause == .badReply("a reply of more than 50000 bytes"))
        }
        #expect(client.loop.turn { client.run("PING") == .text("PONG") })
    }

    @Test func `a replica that refuses writes is left, as the next attempt may find the primary`() throws {
        let server = try RedisServer(options: ["--replicaof", "127.0.0.1", "1"])
        let client = try TestClient(server.url)
        #expect(client.run("SET", "a", "1") == .error("READONLY You can't write against a read only replica."))
        #expect(!client.client.isReady)
        try server.run("REPLICAOF", "NO", "ONE")
        #expect(client.loop.turn { client.run("SET", "a", "1") == .text("OK") })
        #expect(client.events.first == .refused("READONLY You can't write against a read only replica."))
    }

    @Test func `a replica that stays one is asked ever more rarely, and spoken of once`() throws {
        let server = try RedisServer(options: ["--replicaof", "127.0.0.1", "1"])
        let client = try TestClient(server.url) { $0.firstPause = 20_000_000 }
        let start = client.loop.now
        var refusals = 0
        _ = client.loop.turn {
            if case .error = client.run("SET", "a", "1") { refusals += 1 }
            return refusals == 6
        }
        #expect(refusals == 6)
        // At least the half of 20, 40, 80, 160 and 320 ms.
        #expect(client.loop.now - start > 310_000_000)
        #expect(client.events.count == 3 && client.events.last == .recovered)
    }

    @Test func `what Redis repeats of a command is not said to the operator`() throws {
        let server = try RedisServer()
        let client = try TestClient(server.url)
        guard case .error = client.run("NONSENSE", "the-secret-value") else {
            Issue.record("no error")
            return
        }
        guard case .refused(let words) = client.events.first else {
            Issue.record("no event")
            return
        }
        #expect(words.contains("unknown command") && !words.contains("the-secret-value"))
    }

    @Test func `a receiver may give the next command, or close the client, from within its answer`() throws {
        let server = try RedisServer()
        let client = try TestClient(server.url)
        let first = try client.begin(["ECHO", "1"])
        var second: Collector?
        first.told = { second = try? client.begin(["ECHO", "2"]) }
        #expect(client.loop.turn { second?.end == .text("2") })
        let last = try client.begin(["ECHO", "3"])
        let behind = try client.begin(["ECHO", "4"])
        last.told = { client.client.close() }
        #expect(client.loop.turn { behind.end != nil })
        #expect(last.end == .text("3") && behind.end?.failure?.cause == .closed)
        #expect(client.run("PING").failure?.cause == .closed)
    }

    @Test func `a client that is closed by the answer that ends its connection stays closed`() throws {
        let server = try RedisServer(options: ["--replicaof", "127.0.0.1", "1"])
        let client = try TestClient(server.url)
        let refused = try client.begin(["SET", "a", "1"])
        refused.told = { client.client.close() }
        #expect(client.loop.turn { refused.end != nil })
        #expect(client.run("PING").failure?.cause == .closed)
        #expect(client.events.count == 1)
    }
}

extension RedisError {
    /// Of a command that was sent and not answered in time.
    fileprivate static var timedOut: RedisError { RedisError(.timeout, mayBeDone: true) }
}
