import Foundation
import Testing

/// `openssl s_server`, which sends every line back reversed, with a certificate of an authority made for the test.
final class TLSServer {
    let port: Int
    let caFile: String
    private let directory: URL
    private let process: Process

    /// - Parameter name: the DNS name in the certificate.
    init(name: String = "localhost") throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "gateway-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        caFile = directory.appending(path: "ca.pem").path
        try Data("subjectAltName=DNS:\(name)\n".utf8).write(to: directory.appending(path: "names"))
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try Self.openssl(["req", "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test"] + key, directory)
        try Self.openssl(["req", "-keyout", "key", "-out", "request", "-subj", "/CN=\(name)"] + key, directory)
        try Self.openssl(
            ["x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile"]
                + ["names", "-out", "certificate"],
            directory
        )
        process = Self.process(
            ["s_server", "-accept", "127.0.0.1:0", "-cert", "certificate", "-key", "key", "-rev"],
            directory
        )
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        // It says where it listens once it does.
        var said = ""
        while !said.contains("ACCEPT") || !said.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            said += String(decoding: data, as: UTF8.self)
        }
        let digits = said.split(whereSeparator: \.isNewline).last?.split(separator: ":").last
        port = try #require(digits.flatMap { Int($0) })
    }

    deinit {
        // Not `terminate`: the child inherits the test runner's signal mask, which may hold SIGTERM back.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    private static func process(_ arguments: [String], _ directory: URL) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    private static func openssl(_ arguments: [String], _ directory: URL) throws {
        let process = process(arguments, directory)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "openssl \(arguments)")
    }
}
