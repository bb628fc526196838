import Testing

/// DESIGN 7: the commands and their exit codes.
struct CommandLineTests {
    @Test func `an address in use ends with 69`() throws {
        let taken = try OriginListener()
        let directory = try TemporaryDirectory()
        let text = RouteFiles.null(taken.url).replacing("127.0.0.1:0", with: taken.endpoint.description)
        let outcome = try GatewayProcess.run(["run", "--config", try directory.write("gateway.conf", text)])
        #expect(outcome.exit == .status(69))
        #expect(outcome.err.contains(taken.endpoint.description))
    }

    @Test func `a port that another gateway serves ends with 69, and that one goes on`() throws {
        try withProxy { gateway, origin in
            let directory = try TemporaryDirectory()
            let text = RouteFiles.null(origin.url).replacing("127.0.0.1:0", with: gateway.endpoints[0].description)
            let second = try GatewayProcess.run(["run", "--config", try directory.write("gateway.conf", text)])
            #expect(second.exit == .status(69))
            for _ in 0..<5 { #expect(try gateway.get().status == 200) }
        }
    }

    @Test func `a route file with errors ends with 78, and each error has its place`() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write(
            "bad.conf",
            "listen: [{ address: \"127.0.0.1:0\" }]\nroots: []\nroutes:\n  - path: x\n    upstrem: app\n"
        )
        for command in [["run", "--config", file], ["check", file]] {
            let outcome = try GatewayProcess.run(command)
            #expect(outcome.exit == .status(78))
            let text = outcome.err + outcome.out
            #expect(text.contains("bad.conf:2:1:"))
            #expect(text.contains("bad.conf:5:5:"))
            #expect(text.contains("upstream"))
        }
    }

    @Test func `a wrong command line ends with 64`() throws {
        for command in [["nonsense"], ["run", "--nonsense"], ["explain"]] {
            #expect(try GatewayProcess.run(command).exit == .status(64), "\(command)")
        }
    }

    @Test func `a good route file passes check`() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("gateway.conf", RouteFiles.session("http://127.0.0.1:3000"))
        let outcome = try GatewayProcess.run(["check", file])
        #expect(outcome.exit == .status(0))
        #expect(outcome.out.contains("ok") && outcome.out.contains("2 routes"))
    }

    @Test func `a cookie session without a secret, or with a short one, ends with 78 and tells how to make one`() throws
    {
        let directory = try TemporaryDirectory()
        let good = RouteFiles.session("http://127.0.0.1:3000")
        let file = try directory.write("gateway.conf", good)
        let none = try directory.write("none.conf", good.replacing("secret: ${SESSION_SECRET}", with: ""))
        for (file, secret) in [(file, "tooshort-secret"), (file, ""), (none, GatewayProcess.secret)] {
            let outcome = try GatewayProcess.run(["run", "--config", file], environment: ["SESSION_SECRET": secret])
            #expect(outcome.exit == .status(78))
            #expect(outcome.err.contains("gateway secret"))
            #expect(!outcome.err.contains("tooshort-secret"))
        }
    }

    @Test func `dev runs without a secret, and warns`() throws {
        let origin = try ObedientOrigin()
        let file = RouteFiles.session(origin.url).replacing("secret: ${SESSION_SECRET}", with: "")
        try withGateway(file, arguments: ["--dev"]) { gateway in
            var browser = Browser(try gateway.connect(), origin)
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
            #expect(gateway.log.contains("warning"))
        }
    }

    @Test func `secret prints a new secret that is long enough`() throws {
        let secrets = try (0..<2).map { _ in try GatewayProcess.run(["secret"]) }
        #expect(secrets.allSatisfy { $0.exit == .status(0) && $0.out.utf8.count >= 33 })
        #expect(secrets[0].out != secrets[1].out)
    }

    @Test func `init writes a route file that runs, and never over another`() throws {
        for options in [[], ["--api"]] {
            let directory = try TemporaryDirectory()
            #expect(try GatewayProcess.run(["init"] + options, directory: directory.path).exit == .status(0))
            #expect(try GatewayProcess.run(["check"], directory: directory.path).exit == .status(0))
            #expect(try GatewayProcess.run(["init"] + options, directory: directory.path).exit != .status(0))
        }
    }

    @Test func `explain names the route that matches, its policy and what is stripped`() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("gateway.conf", RouteFiles.session("http://127.0.0.1:3000"))
        let outcome = try GatewayProcess.run(["explain", "--config", file, "GET", "http://test/api/x"])
        #expect(outcome.exit == .status(0))
        #expect(outcome.out.contains("/api/*"))
        #expect(outcome.out.lowercased().contains("null"))
        #expect(outcome.out.contains(Browser.cookie))
    }

    @Test func `the example of every setting passes check`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let outcome = try GatewayProcess.run(["check", root + "/gateway.conf.example"])
        #expect(outcome.exit == .status(0), "\(outcome.err)\(outcome.out)")
    }
}
