import Glibc

/// An origin that speaks TLS, with an authority of its own: `openssl s_server` in front of a wire the test drives.
///
/// One connection at a time: what the gateway sends, decrypted, is read from `wire`, and what is sent there reaches the gateway.
final class SecureOrigin {
    let wire: Wire
    let endpoint: Endpoint
    private let directory: TemporaryDirectory
    private let child: ChildProcess

    /// The certificate of the authority that vouches for it.
    var authority: String { directory.path + "/ca.pem" }

    /// As `servers:` in the route file names it, by the name it was certified for or another.
    func url(_ host: String = "localhost") -> String {
        "https://\(host):\(endpoint.description.split(separator: ":").last ?? "")"
    }

    /// Makes its keys, and listens; takes no more than so many connections.
    init(name: String = "localhost", connections: Int = 100) throws {
        directory = try TemporaryDirectory()
        let script = """
            set -e
            openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=Test-CA \
              -addext basicConstraints=critical,CA:TRUE 2>/dev/null
            openssl req -newkey rsa:2048 -nodes -keyout key.pem -out server.csr -subj /CN=\(name) 2>/dev/null
            printf 'subjectAltName=DNS:\(name)\\n' > ext
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 \
              -extfile ext 2>/dev/null
            """
        let path = ["PATH": "/usr/bin:/bin"]
        let setup = try ChildProcess("/bin/sh", ["-c", script], environment: path, directory: directory.path)
        guard try setup.waitForExit() == .status(0) else {
            throw HarnessError.notStarted("openssl: \(setup.text(setup.standardError))")
        }
        endpoint = try OriginListener.unusedPort()
        let sockets = try Descriptors.socketPair()
        wire = Wire(sockets.ours)
        child = try ChildProcess(
            "/usr/bin/openssl",
            ["s_server", "-quiet", "-accept", "\(endpoint)", "-cert", "cert.pem", "-key", "key.pem"]
                // One more, for who asks whether it listens.
                + ["-naccept", "\(connections + 1)"],
            environment: [:],
            directory: directory.path,
            conversation: sockets.theirs
        )
        try waitUntilListening()
    }

    /// Ends it at once: its connections are cut, without TLS's own farewell.
    func kill() { child.signal(SIGKILL) }

    /// Connects until somebody listens; it does not say so by itself when it is quiet, and forgets a caller without TLS.
    private func waitUntilListening() throws {
        let deadline = Deadline()
        while deadline.milliseconds > 0, child.ended == nil {
            if (try? Wire(to: endpoint)) != nil { return }
            poll(nil, 0, 5)
        }
        throw HarnessError.notStarted("s_server: \(child.text(child.standardError))")
    }
}
