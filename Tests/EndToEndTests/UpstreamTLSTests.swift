import Testing

/// Origins that speak TLS, with an authority of the test's own.
struct UpstreamTLSTests {
    /// An `openssl s_server` that answers every request with a status page.
    private struct SecureOrigin {
        let directory: TemporaryDirectory
        let child: ChildProcess
        let port: UInt16

        var authority: String { directory.path + "/ca.pem" }

        init(name: String = "localhost") throws {
            directory = try TemporaryDirectory()
            let script = """
                set -e
                openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=Test-CA \
                  -addext basicConstraints=critical,CA:TRUE 2>/dev/null
                openssl req -newkey rsa:2048 -nodes -keyout key.pem -out server.csr -subj /CN=\(name) 2>/dev/null
                printf 'subjectAltName=DNS:\(name)\\n' > ext
                openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile ext 2>/dev/null
                """
            let setup = try ChildProcess(
                "/bin/sh",
                ["-c", script],
                environment: ["PATH": "/usr/bin:/bin"],
                directory: directory.path
            )
            guard try setup.waitForExit() == .status(0) else {
                throw HarnessError.notStarted("openssl: \(setup.text(setup.standardError))")
            }
            child = try ChildProcess(
                "/usr/bin/openssl",
                ["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem", "-www"],
                environment: [:],
                directory: directory.path
            )
            let accepting = child.wait(child.standardOutput) { lines in lines.first { $0.hasPrefix("ACCEPT") } }
            guard let port = accepting?.split(separator: ":").last.flatMap({ UInt16($0) }) else {
                throw HarnessError.notStarted("s_server: \(child.text(child.standardError))")
            }
            self.port = port
        }
    }

    private func file(_ origin: SecureOrigin, host: String = "localhost", trusting authority: String?) -> String {
        RouteFiles.null(
            "https://\(host):\(origin.port)",
            upstream: authority.map { "tls: { ca: \($0) }" } ?? ""
        )
    }

    @Test func `an origin whose certificate verifies is spoken to`() throws {
        let origin = try SecureOrigin()
        try withGateway(file(origin, trusting: origin.authority)) { gateway in
            for _ in 0..<3 {
                let response = try gateway.get()
                #expect(response.status == 200)
                #expect(response.text.contains("s_server"))
            }
        }
    }

    @Test func `an origin whose certificate does not verify becomes 502`() throws {
        let origin = try SecureOrigin()
        try withGateway(file(origin, trusting: nil)) { gateway in
            let response = try gateway.get("/unknown")
            #expect(response.status == 502)
            #expect(response.field("proxy-status")?.contains("error=tls") == true)
            #expect(try gateway.logLine(target: "/unknown")["reason"]?.string?.isEmpty == false)
        }
    }

    @Test func `an origin with another's name becomes 502`() throws {
        let origin = try SecureOrigin(name: "other.example")
        try withGateway(file(origin, trusting: origin.authority)) { gateway in
            let response = try gateway.get()
            #expect(response.status == 502)
            #expect(response.field("proxy-status")?.contains("error=tls") == true)
        }
    }

    @Test func `an origin that speaks no TLS becomes 502`() throws {
        let origin = try ScriptedOrigin { wire in try wire.send("HTTP/1.1 400 This is not TLS\r\n\r\n") }
        let file = RouteFiles.null(origin.url.replacing("http://127.0.0.1", with: "https://localhost"))
        try withGateway(file) { gateway in
            let response = try gateway.get()
            #expect(response.status == 502)
            #expect(origin.requests.isEmpty)
        }
    }
}
