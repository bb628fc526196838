import Foundation
import Sessions
import Testing

/// A Go program with gorilla/sessions (`peer/main.go`), built once for all tests.
struct GoPeer {
    /// A cookie, and what Go says is in it.
    struct Line {
        let cookie: String
        /// The values whose names are strings, as Go's encoding/json writes them.
        let values: Value
        /// Every value's Go type and Go text.
        let types: Value
    }

    static let hashKey = "a hash key for both, which is long enough"
    static let blockKey = "0123456789abcdef01234567"

    private static let built = Result { try GoPeer() }
    private let directory: URL

    /// The program; fails the test where Go or gorilla is not installed.
    static func shared() throws -> GoPeer { try built.get() }

    /// Cookies with random values.
    func make(seed: Int, count: Int, encrypted: Bool) throws -> [Line] {
        try lines(run("make \(seed) \(count) \"$HASH\" \(encrypted ? "\"$BLOCK\"" : "")"))
    }

    /// What Go finds in these cookies.
    func read(_ cookies: [String], encrypted: Bool) throws -> [Line] {
        let name = "\(UUID().uuidString).txt"
        try (cookies.joined(separator: "\n") + "\n").write(
            to: directory.appendingPathComponent(name),
            atomically: true,
            encoding: .utf8
        )
        return try lines(run("read \"$HASH\" \(encrypted ? "\"$BLOCK\"" : "") < \(name)"))
    }

    private init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("gateway-gorilla-\(getpid())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("peer/main.go")
        // Debian's packages put libraries under /usr/share/gocode, for a Go without modules.
        atexit { if let peer = try? GoPeer.shared() { try? FileManager.default.removeItem(at: peer.directory) } }
        _ = try GoPeer.shell("go build -o peer \"$SOURCE\"", in: directory, ["SOURCE": source.path])
    }

    private func run(_ arguments: String) throws -> String {
        try GoPeer.shell("./peer \(arguments)", in: directory, ["HASH": GoPeer.hashKey, "BLOCK": GoPeer.blockKey])
    }

    private func lines(_ output: String) throws -> [Line] {
        try output.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            try #require(parts.count == 3 && parts[0] != "error", "Go says: \(line)")
            return Line(
                cookie: String(parts[0]),
                values: try JSON.parse(Array(parts[1].utf8).span),
                types: try JSON.parse(Array(parts[2].utf8).span)
            )
        }
    }

    private static func shell(_ command: String, in directory: URL, _ variables: [String: String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec 2>&1; \(command)"]
        process.currentDirectoryURL = directory
        let fixed = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "GO111MODULE": "off",
            "GOPATH": "/usr/share/gocode", "GOCACHE": directory.appendingPathComponent("cache").path,
        ]
        process.environment = fixed.merging(variables) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0,
            """
            this test needs Go with gorilla/sessions: `scripts/setup test` installs golang-go and \
            golang-github-gorilla-sessions-dev
            \(output)
            """
        )
        return output
    }
}
