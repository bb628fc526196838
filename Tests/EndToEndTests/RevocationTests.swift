import Foundation
import Testing

/// Revocation through two workers: by a service, and by an operator at the control socket.
struct RevocationTests {
    private func withGateway(
        _ session: String = "subject: user_id",
        _ body: (GatewayProcess, ObedientOrigin, String) throws -> Void
    ) throws {
        let origin = try ObedientOrigin()
        let directory = try TemporaryDirectory()
        let socket = "\(directory.path)/control.sock"
        let text = RouteFiles.session(origin.url, top: "control: unix:\(socket)", session: session)
            .replacing("workers: 1", with: "workers: 2")
        let file = try directory.write("gateway.conf", text)
        let gateway = try GatewayProcess(command: ["run", "--config", file], in: directory)
        do {
            try body(gateway, origin, file)
        } catch {
            Issue.record("\(error)\nlog: \(gateway.log)")
        }
        #expect(try gateway.stop() == .status(0))
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    /// Browsers on connections of their own, signed in as these.
    private func browsers(_ users: [Int], _ gateway: GatewayProcess, _ origin: ObedientOrigin) throws -> [Browser] {
        try users.map { user in
            var browser = Browser(try gateway.connect(), origin)
            _ = try browser.fetch("/", #"X-Session-Set: {"user_id":\#(user)}"#, "X-Session-Renew: 1")
            return browser
        }
    }

    @Test(arguments: SessionStores.all)
    func `a service ends all sessions of its session's subject`(store: String) throws {
        try withGateway("subject: user_id\nstore: \(store)") { gateway, origin, _ in
            var browsers = try browsers([42, 42, 42, 7], gateway, origin)
            let revoked = try browsers[0].fetch("/all", "X-Session-Revoke: all")
            #expect(revoked.response.setCookie(Browser.cookie)?.isDeletion == true)
            #expect(revoked.response.fields("x-session-revoke").isEmpty)
            for number in 1...2 { #expect(try browsers[number].fetch("/later").session == "{}") }
            #expect(try gateway.logLine(target: "/later")["session"] == "revoked")
            #expect(JSONValue(try browsers[3].fetch().session) == ["user_id": 7])
            #expect(try browsers[0].fetch("/", #"X-Session-Set: {"user_id":42}"#).session == "{}")
            #expect(JSONValue(try browsers[0].fetch().session) == ["user_id": 42])
        }
    }

    @Test func `a session in a server store ends by its service, and by its id`() throws {
        try withGateway("store: memory") { gateway, origin, file in
            var browsers = try browsers([1, 2, 3], gateway, origin)
            let revoked = try browsers[0].fetch("/", "X-Session-Revoke: 1")
            #expect(revoked.response.setCookie(Browser.cookie)?.isDeletion == true)
            #expect(try browsers[0].fetch().session == "{}")
            let id = try #require(try browsers[1].fetch().id)
            let done = try GatewayProcess.run(["session", "revoke", "-c", file, "--id", id])
            #expect(done.exit == .status(0))
            #expect(try browsers[1].fetch("/later").session == "{}")
            #expect(try gateway.logLine(target: "/later")["session"] == "revoked")
            // Without a subject it is a mistake.
            #expect(try browsers[2].fetch("/", "X-Session-Revoke: others").response.status == 500)
            #expect(JSONValue(try browsers[2].fetch().session) == ["user_id": 3])
        }
    }

    @Test(arguments: SessionStores.all)
    func `a service ends all other sessions of its session's subject`(store: String) throws {
        let settings = "renew_on: [user_id]\nsubject: user_id\nstore: \(store)"
        try withGateway(settings) { gateway, origin, _ in
            var browsers = try browsers([421, 421, 421, 71], gateway, origin)
            let before = try #require(try browsers[0].fetch().id)
            _ = try browsers[0].fetch("/", "X-Session-Revoke: others")
            let visit = try browsers[0].fetch()
            #expect(JSONValue(visit.session) == ["user_id": 421] && visit.id != before)
            for number in 1...2 { #expect(try browsers[number].fetch("/later").session == "{}") }
            #expect(try gateway.logLine(target: "/later")["session"] == "revoked")
            #expect(JSONValue(try browsers[3].fetch().session) == ["user_id": 71])
        }
    }

    @Test(arguments: SessionStores.all)
    func `an operator ends sessions with the command`(store: String) throws {
        try withGateway("subject: user_id\nstore: \(store)") { gateway, origin, file in
            var browsers = try browsers([918_273_645, 918_273_645, 7], gateway, origin)
            let id = try #require(try browsers[2].fetch().id)
            let done = try GatewayProcess.run(["session", "revoke", "--config", file, "--subject", "918273645"])
            #expect(done.exit == .status(0))
            #expect(done.out == "revoked: every session of `browser` whose subject is 918273645\n")
            for number in 0...1 { #expect(try browsers[number].fetch().session == "{}") }
            #expect(JSONValue(try browsers[2].fetch().session) == ["user_id": 7])
            let one = try GatewayProcess.run(["session", "revoke", "-c", file, "--id", id, "--session", "browser"])
            #expect(one.exit == .status(0) && one.out.contains(id))
            #expect(try browsers[2].fetch().session == "{}")
            try gateway.logged("a subject's sessions are revoked")
            #expect(!gateway.log.contains("918273645"), "whose they were is not logged")
            let refused = try GatewayProcess.run(["session", "revoke", "-c", file, "--id", "xyz"])
            #expect(refused.exit == .status(65) && refused.err == "gateway: `xyz` is no session's id\n")
        }
    }

    @Test func `the control socket is its user's alone, and survives whatever is sent to it`() throws {
        try withGateway { gateway, _, file in
            let path = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("control.sock")
                .path
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? Int ?? 0) == 0o600)
            let odd = [
                "hello\n", "\n", "revoke-id\tbrowser\n", String(repeating: "x", count: 5000), "revoke-subject\tno\t1\n",
            ]
            for text in odd {
                let wire = try Wire(to: .unix(path: path))
                try wire.send(text)
                let answer = try Latin1.text(wire.readUntilClose())
                #expect(answer.isEmpty || answer.hasPrefix("error "), "\(text.prefix(20)): \(answer)")
            }
            let good = try GatewayProcess.run(["session", "revoke", "-c", file, "--subject", "1"])
            #expect(good.exit == .status(0))
            _ = gateway
        }
    }

    @Test func `without a gateway or a control socket the command says so`() throws {
        let directory = try TemporaryDirectory()
        let text = RouteFiles.session("http://127.0.0.1:9")
        let without = try directory.write("without.conf", text)
        let none = try GatewayProcess.run(["session", "revoke", "-c", without, "--subject", "1"])
        #expect(none.exit == .status(78) && none.err.contains("there is no `control` to reach the gateway by"))
        let with = try directory.write("with.conf", "control: unix:\(directory.path)/nobody.sock\n" + text)
        let nobody = try GatewayProcess.run(["session", "revoke", "-c", with, "--subject", "1"])
        #expect(nobody.exit == .status(69) && nobody.err.contains("is the gateway running"))
        let both = try GatewayProcess.run(["session", "revoke", "-c", with, "--subject", "1", "--id", "2"])
        #expect(both.exit == .status(64) && both.err.contains("either --id or --subject"))
        let wrong = try GatewayProcess.run(["session", "revoke", "-c", with, "--subject", "1", "--session", "x"])
        #expect(wrong.exit == .status(64) && wrong.err.contains("no session `x`"))
    }
}
