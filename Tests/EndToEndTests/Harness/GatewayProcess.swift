import Foundation
import Glibc

/// The real `gateway` program, run on a route file of the test's.
final class GatewayProcess {
    /// How a command that ends by itself ended.
    struct Outcome {
        let exit: ChildProcess.Exit
        let out: String
        let err: String
    }

    /// A secret long enough for every session of these tests.
    static let secret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

    /// The program built beside the tests, unless `GATEWAY_BINARY` names another.
    static let program: String = {
        if let named = ProcessInfo.processInfo.environment["GATEWAY_BINARY"] { return named }
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        let itself = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let candidates = [itself, bundle ?? "", CommandLine.arguments[0]].map {
            URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent("gateway").path
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
    }()

    let child: ChildProcess
    /// Where it listens, in the order of the log's lines.
    let endpoints: [Endpoint]
    private let directory: TemporaryDirectory

    /// Starts `gateway run` and waits until every listener is said to listen.
    convenience init(
        _ routeFile: String,
        environment: [String: String] = [:],
        arguments: [String] = [],
        listeners: Int = 1
    ) throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("gateway.conf", routeFile)
        let command = ["run", "--config", file] + arguments
        do {
            try self.init(command: command, environment: environment, listeners: listeners, in: directory)
        } catch HarnessError.notStarted(let why) {
            throw HarnessError.notStarted("\(why)\nroute file:\n\(routeFile)")
        }
    }

    /// Starts any command that serves, and waits until every listener is said to listen.
    ///
    /// - Parameter descriptors: how many it may have open; nil for as many as this process.
    init(
        command: [String],
        environment: [String: String] = [:],
        listeners: Int = 1,
        descriptors: Int? = nil,
        in directory: TemporaryDirectory
    ) throws {
        self.directory = directory
        let limited = descriptors.map { ["-c", "ulimit -n \($0); exec \"$0\" \"$@\"", Self.program] } ?? []
        child = try ChildProcess(
            limited.isEmpty ? Self.program : "/bin/sh",
            limited + command,
            environment: Self.environment(environment),
            directory: directory.path
        )
        let listening = child.wait(child.standardError) { lines -> [Endpoint]? in
            let found = lines.filter { $0.contains("listening") }.compactMap(Self.endpoint)
            return found.count >= listeners ? found : nil
        }
        guard let listening else {
            throw HarnessError.notStarted(child.text(child.standardError))
        }
        endpoints = listening
    }

    /// Runs a command to its end.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        directory: String? = nil
    ) throws -> Outcome {
        let child = try ChildProcess(
            program,
            arguments,
            environment: self.environment(environment),
            directory: directory
        )
        let exit = try child.waitForExit()
        return Outcome(exit: exit, out: child.text(child.standardOutput), err: child.text(child.standardError))
    }

    /// A new connection to its first listener, or another.
    func connect(_ listener: Int = 0, receiveBuffer: Int32? = nil) throws(HarnessError) -> Wire {
        try Wire(to: endpoints[listener], receiveBuffer: receiveBuffer)
    }

    /// A `GET` on a connection of its own.
    func get(_ target: String = "/", _ fields: String = "") throws -> Message { try connect().get(target, fields) }

    /// What it has written to stderr so far.
    var log: String { child.text(child.standardError) }

    /// What it has written to stdout so far: the access log.
    var accessLog: String { child.text(child.standardOutput) }

    /// The access log's line, read as JSON, that satisfies `matches`; waits for it.
    func logLine(where matches: (JSONValue) -> Bool) throws -> JSONValue {
        let found = child.wait(child.standardOutput) { lines in
            lines.lazy.compactMap { JSONValue(String($0)) }.first(where: matches)
        }
        guard let found else { throw HarnessError.timeout("a line of the access log; it holds: \(accessLog)") }
        return found
    }

    /// The access log's line of a target.
    func logLine(target: String) throws -> JSONValue { try logLine { $0["target"] == .string(target) } }

    /// Waits for a line of stderr.
    @discardableResult
    func logged(_ text: String) throws -> String {
        let found = child.wait(child.standardError) { lines in lines.first { $0.contains(text) } }
        guard let found else { throw HarnessError.timeout("\(text) in the log: \(log)") }
        return String(found)
    }

    /// Sends SIGTERM, or another signal, and waits for the end.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM) throws -> ChildProcess.Exit {
        child.signal(signal)
        return try child.waitForExit()
    }

    private static func environment(_ more: [String: String]) -> [String: String] {
        var environment = ["SESSION_SECRET": secret, "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "interactive=no"]
        // Nothing else of this process's environment may matter; sanitizers and the loader must be told the same.
        for (name, value) in ProcessInfo.processInfo.environment
        where name.hasSuffix("SAN_OPTIONS") || name == "LD_LIBRARY_PATH" {
            environment[name] = value
        }
        return environment.merging(more) { _, new in new }
    }

    /// The address in a line of the log, if it names one.
    static func endpoint(_ line: Substring) -> Endpoint? {
        let word = line.split(whereSeparator: { " ,]".contains($0) && $0 != "]" }).first { $0.contains("address=") }
        guard let word, let start = word.range(of: "address=") else { return nil }
        return Endpoint(parsing: word[start.upperBound...].trimmingCharacters(in: CharacterSet(charactersIn: "\"',")))
    }
}
