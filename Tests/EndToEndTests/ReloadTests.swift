import Foundation
import Glibc
import Testing

/// Secrets in files, and a route file read again on SIGHUP: nobody is cut off, nobody signed out who should not be.
struct ReloadTests {
    private static let old = String(repeating: "old-secret-", count: 4)
    private static let new = String(repeating: "new-secret-", count: 4)
    private static let setA = #"X-Session-Set: {"a":1}"#

    /// A gateway whose secret stands in a file, and what can be done to its files.
    private struct Site {
        let directory: TemporaryDirectory
        let origin: ObedientOrigin
        let gateway: GatewayProcess

        init(_ secret: String = old, arguments: [String] = [], edit: (String) -> String = { $0 }) throws {
            directory = try TemporaryDirectory()
            origin = try ObedientOrigin()
            let file = RouteFiles.session(origin.url).replacing("${SESSION_SECRET}", with: "{ file: secret }")
            _ = try directory.write("secret", secret + "\n")
            _ = chmod(directory.path + "/secret", 0o600)
            _ = try directory.write("gateway.conf", edit(file))
            gateway = try GatewayProcess(
                // A relative path, as operators write it; files of secrets are beside it.
                command: ["run", "--config", "gateway.conf"] + arguments,
                in: directory
            )
        }

        func edit(_ change: (String) -> String) throws {
            let text = try String(contentsOfFile: directory.path + "/gateway.conf", encoding: .utf8)
            _ = try directory.write("gateway.conf", change(text))
        }

        /// Sends SIGHUP and waits until this many reloads are said to be done.
        func reload(_ count: Int = 1) throws {
            gateway.child.signal(SIGHUP)
            let done = gateway.child.wait(gateway.child.standardError) { lines -> Bool? in
                lines.count { $0.contains("serving by the route file as it is now") } >= count ? true : nil
            }
            if done == nil { throw HarnessError.timeout("reload \(count): \(gateway.log)") }
        }

        /// The counters as SIGUSR1 has them written, the `count`th time.
        func counters(_ count: Int = 1) throws -> JSONValue {
            gateway.child.signal(SIGUSR1)
            let found = gateway.child.wait(gateway.child.standardError) { lines -> JSONValue? in
                let dumps = lines.filter { $0.hasPrefix("{\"counters\"") }
                return dumps.count >= count ? dumps.last.flatMap { JSONValue(String($0)) } : nil
            }
            guard let found, let counters = found["counters"] else { throw HarnessError.timeout("counters") }
            return counters
        }

        func browser() throws -> Browser { Browser(try gateway.connect(), origin) }
    }

    @Test func `a secret is rotated by its file, without a restart and without signing anyone out`() throws {
        let site = try Site()
        var browser = try site.browser()
        var idle = try site.browser()
        _ = try browser.fetch("/", Self.setA)
        _ = try idle.fetch("/", Self.setA)
        let first = try #require(browser.jar[Browser.cookie])
        #expect(try browser.fetch().response.setCookies.isEmpty)

        _ = try site.directory.write("secret", "\(Self.new)\n\(Self.old)\n")
        try site.reload()
        // On the same connection: it was not cut. The old cookie opens and is sealed anew.
        let visit = try browser.fetch()
        #expect(JSONValue(visit.session) == ["a": 1])
        let second = try #require(browser.jar[Browser.cookie])
        #expect(second != first)
        #expect(try browser.fetch().response.setCookies.isEmpty)

        _ = try site.directory.write("secret", "\(Self.new)\n")
        try site.reload(2)
        #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        // Its key is gone, and that the worker remembers the cookie does not help.
        let late = try idle.fetch()
        #expect(late.session == "{}")
        #expect(late.response.setCookie(Browser.cookie)?.isDeletion == true)
        #expect(try site.gateway.stop() == .status(0))
    }

    @Test func `what a worker remembers of a cookie does not outlive its key`() throws {
        let site = try Site("\(Self.new)\n\(Self.old)")
        // Sealed by a gateway that has the old secret alone.
        let other = try Site(Self.old)
        var maker = try other.browser()
        _ = try maker.fetch("/", Self.setA)
        let cookie = try #require(maker.jar[Browser.cookie])
        let browser = try site.browser()
        for _ in 0..<3 {
            #expect(JSONValue(try browser.bare("/", "Cookie: \(Browser.cookie)=\(cookie)\r\n").session) == ["a": 1])
        }
        _ = try site.directory.write("secret", Self.new)
        try site.reload()
        #expect(try browser.bare("/", "Cookie: \(Browser.cookie)=\(cookie)\r\n").session == "{}")
    }

    @Test func `an exchange under way is saved with the key it began with`() throws {
        let listener = try OriginListener()
        let directory = try TemporaryDirectory()
        let file = RouteFiles.session(listener.url).replacing("${SESSION_SECRET}", with: "{ file: secret }")
        _ = try directory.write("secret", Self.old)
        _ = try directory.write("gateway.conf", file)
        let gateway = try GatewayProcess(command: ["run", "--config", "gateway.conf"], in: directory)
        let client = try gateway.connect()
        try client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        let wire = try listener.accept()
        _ = try wire.readRequest()
        _ = try directory.write("secret", Self.new)
        // The server moves too: the exchange is to end where it is, the next one to begin there.
        let next = try OriginListener()
        _ = try directory.write("gateway.conf", file.replacing(listener.url, with: next.url))
        gateway.child.signal(SIGHUP)
        try gateway.logged("serving by the route file as it is now")
        try wire.send(answer(200, "seen", Self.setA + "\r\n"))
        let response = try client.readResponse()
        #expect(response.status == 200)
        let cookie = try #require(response.setCookie(Browser.cookie)?.value)
        let empty = try TemporaryDirectory()
        let old = try GatewayProcess.run(
            ["session", "open", "\(Browser.cookie)=\(cookie)"],
            environment: ["SESSION_SECRET": Self.old],
            directory: empty.path
        )
        #expect(old.exit == .status(0), "\(old.out)\(old.err)")
        try client.send("GET /next HTTP/1.1\r\nHost: test\r\nCookie: \(Browser.cookie)=\(cookie)\r\n\r\n")
        let second = try next.accept()
        #expect(try second.readRequest().field("x-session") == "{}")
        try second.send(ok("next"))
        #expect(try client.readResponse().text == "next")
        #expect(try gateway.stop() == .status(0))
    }

    @Test func `an upload that began before, and whose client vanishes, takes nothing along`() throws {
        let listener = try OriginListener()
        var room: Int32 = 4096
        setsockopt(listener.descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        let directory = try TemporaryDirectory()
        let file = RouteFiles.null(listener.url)
        _ = try directory.write("gateway.conf", file)
        let gateway = try GatewayProcess(command: ["run", "--config", "gateway.conf"], in: directory)
        let client = try gateway.connect()
        try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100000000\r\n\r\n")
        let origin = try listener.accept()
        // Until the gateway reads no more of it, and does not see that the client goes.
        let sent = try client.sendUntilBlocked(limit: 64 << 20, patience: .milliseconds(200))
        _ = try origin.readHead()
        gateway.child.signal(SIGHUP)
        try gateway.logged("serving by the route file as it is now")
        client.close()
        #expect(throws: HarnessError.self) { _ = try origin.readExactly(sent + 1) }
        let next = try gateway.connect()
        try next.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        let second = try listener.accept()
        _ = try second.readRequest()
        try second.send(ok("next"))
        #expect(try next.readResponse().text == "next")
        #expect(try gateway.stop() == .status(0))
    }

    @Test func `a route file with errors changes nothing, and every error is said`() throws {
        let site = try Site()
        var browser = try site.browser()
        _ = try browser.fetch("/", Self.setA)
        let good = try String(contentsOfFile: site.directory.path + "/gateway.conf", encoding: .utf8)
        try site.edit { $0.replacing("{ file: secret }", with: "{ file: missing }") + "\nroots: []\n" }
        site.gateway.child.signal(SIGHUP)
        try site.gateway.logged("the route file cannot be used")
        #expect(site.gateway.log.contains("`missing` cannot be read: no such file or directory"))
        #expect(site.gateway.log.contains("unknown setting `roots`"))
        #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        _ = try site.directory.write("gateway.conf", good)
        _ = try site.directory.write("secret", "short")
        site.gateway.child.signal(SIGHUP)
        try site.gateway.logged("a secret of 5 bytes is too short")
        #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        #expect(try site.gateway.stop() == .status(0))
    }

    @Test func `routes are read again, where to listen is not, and that is said`() throws {
        let site = try Site()
        #expect(try site.gateway.get("/hello").status == 200)
        try site.edit { file in
            file.replacing("workers: 1", with: "workers: 2")
                .replacing("127.0.0.1:0", with: "127.0.0.2:0")
                + "\n  - { path: /hello, respond: { status: 203, body: hi } }\n"
        }
        try site.reload()
        try site.gateway.logged("needs a restart")
        #expect(site.gateway.log.contains("listen, workers"))
        #expect(try site.gateway.get("/hello").status == 203)
        #expect(try site.gateway.get("/other").status == 200)
    }

    @Test func `the random key of --dev stays`() throws {
        let site = try Site(arguments: ["--dev"]) { $0.replacing("secret: { file: secret }", with: "") }
        var browser = try site.browser()
        _ = try browser.fetch("/", Self.setA)
        try site.reload()
        let visit = try browser.fetch()
        #expect(JSONValue(visit.session) == ["a": 1])
        #expect(visit.response.setCookies.isEmpty)
    }

    @Test func `a file that everybody can read is warned of`() throws {
        let directory = try TemporaryDirectory()
        let file = RouteFiles.session("http://127.0.0.1:3000")
            .replacing("${SESSION_SECRET}", with: "[{ file: \(directory.path)/secret }]")
        let config = try directory.write("gateway.conf", file)
        let secret = try directory.write("secret", Self.new)
        for (mode, isSaid) in [(0o644, true), (0o600, false)] {
            chmod(secret, mode_t(mode))
            let outcome = try GatewayProcess.run(["check", config])
            #expect(outcome.exit == .status(0))
            #expect(outcome.err.contains("everybody on this machine can read") == isSaid)
        }
    }

    @Test func `counters say by which key cookies opened, before and after a rotation, of all workers`() throws {
        let site = try Site { $0.replacing("workers: 1", with: "workers: 2") }
        // Connections are spread over the workers; some of these are on each.
        var browsers = try (0..<16).map { _ in try site.browser() }
        for index in browsers.indices { _ = try browsers[index].fetch("/", Self.setA) }
        for index in browsers.indices { _ = try browsers[index].fetch() }
        let before = try #require(try site.counters()["sessions"]?["browser"])
        #expect(before["created"] == 16)
        #expect(before["none"] == 16)
        #expect(before["opened"] == 16)
        guard case .array(let keys)? = before["keys"], keys.count == 1 else {
            Issue.record("keys: \(before)")
            return
        }
        #expect(keys[0]["opened"] == 16)
        #expect(keys[0]["place"] == 1)
        #expect(keys[0]["key"]?.string?.count == 8)
        _ = try site.directory.write("secret", "\(Self.new)\n\(Self.old)")
        try site.reload()
        for index in browsers.indices { _ = try browsers[index].fetch() }
        for index in browsers.indices { _ = try browsers[index].fetch() }
        let whole = try site.counters(2)
        #expect(whole["workers"] == 2)
        #expect(whole["requests"] == 64)
        let after = try #require(whole["sessions"]?["browser"])
        #expect(after["opened"] == 48)
        #expect(after["touched"] == 16)
        guard case .array(let rotated)? = after["keys"], rotated.count == 2 else {
            Issue.record("keys: \(after)")
            return
        }
        // The old one comes second, and goes on with its number.
        #expect(rotated.map { $0["place"] } == [1, 2])
        #expect(rotated.map { $0["opened"] } == [16, 32])
        #expect(rotated[1]["key"] == keys[0]["key"])
        #expect(!site.gateway.log.contains(Self.old) && !site.gateway.log.contains(Self.new))
    }
}
