import Foundation
import Glibc

/// The real redis-server for a test, with nothing on disk: stopped, frozen, killed and started again on the same port.
///
/// It keeps nothing, so a server started again is empty.
public final class RedisServer: Sendable {
    /// Why there is no server.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Where it listens.
    public enum Place: Sendable { case port, socket, tls }

    /// The port at 127.0.0.1; 0 with a unix socket.
    public let port: UInt16
    /// The URL of it, without a password.
    public let url: String
    /// With TLS, the file of the authority that signed its certificate, for the name `localhost`.
    public let authority: String
    private let directory: String
    private let arguments: [String]
    private let endsWithUs: Bool
    private let running = Running()

    /// Starts a server and waits until it answers.
    ///
    /// - Parameter password: what it asks for; none.
    public convenience init(_ place: Place = .port, password: String? = nil, options: [String] = []) throws {
        try self.init(place, password: password, options: options, endsWithUs: false)
    }

    private init(_ place: Place, password: String? = nil, options: [String] = [], endsWithUs: Bool) throws {
        self.endsWithUs = endsWithUs
        directory = NSTemporaryDirectory() + "redis-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        authority = directory + "/authority.pem"
        let port = place == .socket ? 0 : try Self.freePort()
        self.port = port
        let socket = directory + "/redis.sock"
        var arguments = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--dir", directory]
        if let password { arguments += ["--requirepass", password] }
        switch place {
        case .port:
            arguments += ["--port", "\(port)"]
            url = "redis://127.0.0.1:\(port)"
        case .socket:
            arguments += ["--port", "0", "--unixsocket", socket]
            url = "unix:\(socket)"
        case .tls:
            try Self.makeCertificate(in: directory)
            arguments += [
                "--port", "0", "--tls-port", "\(port)", "--tls-auth-clients", "no", "--tls-cert-file",
                directory + "/certificate", "--tls-key-file", directory + "/key.pem", "--tls-ca-cert-file", authority,
            ]
            url = "rediss://localhost:\(port)"
        }
        self.arguments = arguments + options
        try start()
    }

    deinit {
        running.end()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// A server that nobody has to end: it ends when this process does, however that comes about.
    ///
    /// It cannot be killed or frozen.
    public static func untilExit() throws -> RedisServer { try RedisServer(.port, endsWithUs: true) }

    /// Starts it again after `kill`, and waits until it listens.
    public func start() throws {
        let command = ["/usr/bin/redis-server"] + arguments
        // The shell's input is a pipe that this process alone can write to: it ends with us.
        let watched = ["/bin/sh", "-c", "\"$0\" \"$@\" </dev/null & cat >/dev/null; kill -9 $!; wait"] + command
        try running.start(endsWithUs ? watched : command, input: endsWithUs)
    }

    /// Ends it at once, as a crash does.
    public func kill() { running.end() }

    /// Stops it from running, while the kernel still takes connections for it.
    public func freeze() { running.signal(SIGSTOP) }

    /// Lets it run on.
    public func thaw() { running.signal(SIGCONT) }

    /// Gives a command by redis-cli and says its output.
    @discardableResult
    public func run(_ command: String..., password: String? = nil) throws -> String {
        try run(arguments: command, password: password)
    }

    /// Gives a command by redis-cli and says its output.
    @discardableResult
    public func run(arguments command: [String], password: String? = nil) throws -> String {
        var arguments = ["--raw"]
        if url.hasPrefix("unix:") {
            arguments += ["-s", String(url.dropFirst(5))]
        } else {
            arguments += ["-p", "\(port)"]
            if url.hasPrefix("rediss:") { arguments += ["-h", "localhost", "--tls", "--cacert", authority] }
        }
        if let password { arguments += ["-a", password, "--no-auth-warning"] }
        return try Self.output("/usr/bin/redis-cli", arguments + command)
    }

    private static func output(_ program: String, _ arguments: [String], in directory: String = "/") throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// A port nobody listens at now.
    private static func freePort() throws -> UInt16 {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(probe) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(probe, $0, length) != 0 || getsockname(probe, $0, &length) != 0
            }
        }
        if failed { throw Failure(description: "no free port: \(String(cString: strerror(errno)))") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func makeCertificate(in directory: String) throws {
        func openssl(_ arguments: String...) throws { _ = try output("/usr/bin/openssl", arguments, in: directory) }
        try Data("subjectAltName=DNS:localhost\n".utf8).write(to: URL(fileURLWithPath: directory + "/names"))
        try openssl(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "authority.pem",
            "-subj",
            "/CN=test"
        )
        try openssl(
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
            "key.pem",
            "-out",
            "request",
            "-subj",
            "/CN=localhost"
        )
        try openssl(
            "x509",
            "-req",
            "-in",
            "request",
            "-CA",
            "authority.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-extfile",
            "names",
            "-out",
            "certificate"
        )
    }
}
