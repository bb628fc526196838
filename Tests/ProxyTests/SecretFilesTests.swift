import Glibc
import Sessions
import Testing

@testable import Proxy

/// Secrets out of files: one a line, whatever ends the lines.
struct SecretFilesTests {
    @Test(arguments: [
        ("one", ["one"]), ("one\n", ["one"]), ("one\r\n", ["one"]), ("one\ntwo\n", ["one", "two"]),
        ("\n\none\r\n\r\ntwo", ["one", "two"]), (" one \n", [" one "]), ("", []), ("\n", []), ("grün\n", ["grün"]),
    ])
    func `each line is a secret, and its end is none of it`(_ text: String, _ expected: [String]) {
        #expect(SecretFiles.lines(of: Array(text.utf8)) == expected)
    }

    @Test(arguments: [[0], [0x61, 0x00, 0x62], [0xff, 0xfe], [0x61, 0x09], [0x7f], [0x61, 0x0d, 0x62]])
    func `random bytes are no text, and would be cut where they hold a line's end`(_ bytes: [UInt8]) {
        #expect(SecretFiles.lines(of: bytes) == nil)
    }

    @Test func `what is no file, or too large for a secret, is refused`() throws {
        let path = "/tmp/gw-secret-\(UInt64.random(in: 0...UInt64.max))"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        try #require(descriptor >= 0)
        defer { unlink(path) }
        let files = SecretFiles.onDisk(beside: "/etc/gateway/gateway.conf")
        #expect(throws: SecretFiles.Failure("is empty")) { try files.content(of: path) }
        let part = [UInt8](repeating: 0x61, count: SecretFiles.limit)
        let written = write(descriptor, part, part.count)
        #expect(written == part.count)
        #expect(try files.content(of: path).lines.first?.utf8.count == part.count)
        let more = write(descriptor, part, 1)
        #expect(more == 1)
        close(descriptor)
        #expect(throws: SecretFiles.Failure("is larger than 64 KiB")) { try files.content(of: path) }
        #expect(throws: SecretFiles.Failure("is not a file")) { try files.content(of: "/tmp") }
    }

    @Test func `a reader of the caller's takes the place of the disk`() throws {
        let text = """
            listen: [{ address: "127.0.0.1:0" }]
            sessions: { browser: { secret: [{ file: a }, { file: b }] } }
            routes: [{ path: /*, respond: {}, session: browser }]
            """
        let secret = String(repeating: "0123456789", count: 4)
        let files = SecretFiles { path in .success(.init(lines: ["\(path)-\(secret)"], isWorldReadable: path == "b")) }
        guard
            case .settings(let settings, let warnings) = RouteFile.read(
                text,
                file: "f",
                environment: [:],
                secretFiles: files
            )
        else {
            Issue.record("the file is not taken")
            return
        }
        #expect(settings.sessions[0].settings.secrets == ["a", "b"].map { Array("\($0)-\(secret)".utf8) })
        #expect(warnings.first?.message == "everybody on this machine can read `b`")
    }
}
