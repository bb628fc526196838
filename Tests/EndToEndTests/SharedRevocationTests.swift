import Foundation
import RedisServer
import Testing

/// One deny list for many gateways: `deny_list: redis`.
struct SharedRevocationTests {
    /// A gateway with a control socket, and the route file that it and its operator have.
    private struct Gateway {
        let process: GatewayProcess
        let file: String
        private let directory: TemporaryDirectory

        init(_ server: RedisServer, _ origin: ObedientOrigin, _ session: String) throws {
            directory = try TemporaryDirectory()
            let redis = "redis: { url: \"\(server.url)\", timeout: 5s }\n"
            let text = RouteFiles.session(
                origin.url,
                top: "control: unix:\(directory.path)/control.sock",
                session: "subject: user_id\n" + session + "\n" + redis
            )
            file = try directory.write("gateway.conf", text)
            process = try GatewayProcess(command: ["run", "--config", file], in: directory)
        }

        /// Begins again, as a restart does.
        func restarted() throws -> GatewayProcess {
            #expect(try process.stop() == .status(0))
            return try GatewayProcess(command: ["run", "--config", file], in: directory)
        }

        func revoke(_ what: String...) throws {
            let done = try GatewayProcess.run(["session", "revoke", "-c", file] + what)
            #expect(done.exit == .status(0), "\(done.err)")
        }

        func browser(_ origin: ObedientOrigin) throws -> Browser { Browser(try process.connect(), origin) }

        func signIn(_ user: Int, _ origin: ObedientOrigin) throws -> Browser {
            var browser = try browser(origin)
            _ = try browser.fetch("/", #"X-Session-Set: {"user_id":\#(user)}"#, "X-Session-Renew: 1")
            return browser
        }
    }

    /// Asks again until the service sees no session.
    private func waitUntilClosed(_ browser: Browser, at gateway: GatewayProcess) throws {
        var probe = browser
        probe.wire = try gateway.connect()
        let deadline = Deadline()
        // The cookie is kept: another gateway may know it still.
        while try probe.bare("/", "Do-Status: 200\r\n" + browser.jar.line).session != "{}" {
            guard deadline.milliseconds > 0 else { throw HarnessError.timeout("the session's end") }
        }
    }

    private func isOpen(_ browser: Browser, at gateway: GatewayProcess) throws -> Bool {
        var probe = browser
        probe.wire = try gateway.connect()
        return try probe.bare("/", "Do-Status: 200\r\n" + browser.jar.line).session != "{}"
    }

    @Test(arguments: ["deny_list: redis", "format: gorilla\ndeny_list: redis", "store: redis"])
    func `what is revoked at one gateway is void at the other, and after a restart`(session: String) throws {
        let (server, origin) = (try RedisServer(), try ObedientOrigin())
        let (one, two) = (try Gateway(server, origin, session), try Gateway(server, origin, session))
        let (mine, other) = (try one.signIn(42, origin), try one.signIn(7, origin))
        var third = try one.signIn(8, origin)
        for browser in [mine, other, third] { #expect(try isOpen(browser, at: two.process)) }
        try one.revoke("--subject", "42")
        #expect(try !isOpen(mine, at: one.process), "where it began it counts at once")
        try waitUntilClosed(mine, at: two.process)
        let id = try #require(try third.fetch().id)
        try two.revoke("--id", id)
        try waitUntilClosed(third, at: one.process)
        #expect(try isOpen(other, at: one.process) && isOpen(other, at: two.process))
        let restarted = try two.restarted()
        try waitUntilClosed(mine, at: restarted)
        try waitUntilClosed(third, at: restarted)
        #expect(try isOpen(other, at: restarted))
        let key = try server.run("KEYS", "*{denied}")
        #expect(key == "gateway:_gateway_session:{denied}")
        #expect(try server.run("XLEN", key) == "2")
        #expect(!restarted.log.contains("deny list"))
        #expect(try restarted.stop() == .status(0) && one.process.stop() == .status(0))
    }

    @Test(arguments: ["deny_list: redis", "store: redis"])
    func `a service ends the sessions that its user has at other gateways`(session: String) throws {
        let (server, origin) = (try RedisServer(), try ObedientOrigin())
        let (one, two) = (try Gateway(server, origin, session), try Gateway(server, origin, session))
        var here = try one.signIn(42, origin)
        let (there, other) = (try two.signIn(42, origin), try two.signIn(7, origin))
        _ = try here.fetch("/", "X-Session-Revoke: others")
        try waitUntilClosed(there, at: two.process)
        #expect(try isOpen(here, at: one.process) && isOpen(here, at: two.process) && isOpen(other, at: two.process))
        _ = try here.fetch("/", "X-Session-Revoke: all")
        #expect(here.jar[Browser.cookie] == nil)
        let again = try one.signIn(42, origin)
        #expect(try isOpen(again, at: one.process) && isOpen(again, at: two.process))
        #expect(try one.process.stop() == .status(0) && two.process.stop() == .status(0))
    }

    @Test func `what is revoked while Redis is away is void there once it is back`() throws {
        let (server, origin) = (try RedisServer(), try ObedientOrigin())
        let session = "deny_list: redis"
        let (one, two) = (try Gateway(server, origin, session), try Gateway(server, origin, session))
        let (mine, other) = (try one.signIn(42, origin), try one.signIn(7, origin))
        server.kill()
        try one.revoke("--subject", "42")
        for gateway in [one, two] { try gateway.process.logged("the deny list is not shared") }
        // Sessions do not live there: they go on.
        #expect(try !isOpen(mine, at: one.process) && isOpen(mine, at: two.process) && isOpen(other, at: two.process))
        try server.start()
        try waitUntilClosed(mine, at: two.process)
        for gateway in [one, two] {
            try gateway.process.logged("the deny list is shared again")
            #expect(gateway.process.log.components(separatedBy: "the deny list is not shared").count == 2)
            #expect(try isOpen(other, at: gateway.process))
            #expect(try gateway.process.stop() == .status(0))
        }
    }

    @Test func `SIGHUP keeps what is revoked, and begins to share`() throws {
        let (server, origin) = (try RedisServer(), try ObedientOrigin())
        let (one, two) = (
            try Gateway(server, origin, "deny_list: redis"), try Gateway(server, origin, "deny_list: redis")
        )
        let (mine, other) = (try one.signIn(42, origin), try one.signIn(7, origin))
        try one.revoke("--subject", "42")
        one.process.child.signal(SIGHUP)
        try one.process.logged("serving by the route file as it is now")
        #expect(try !isOpen(mine, at: one.process))
        try waitUntilClosed(mine, at: two.process)
        // And by the edition that came with it.
        try one.revoke("--subject", "7")
        try waitUntilClosed(other, at: two.process)
        #expect(try one.process.stop() == .status(0) && two.process.stop() == .status(0))
    }
}
