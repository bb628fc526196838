import Foundation
import Testing

/// WebSockets between the client and the server of an independent library, Python's websockets: `scripts/websockets`.
struct WebSocketTests {
    @Test func `S12 websockets work through the gateway as without it, a thousand of them at once`() throws {
        let script = ReplayCase.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "scripts/websockets").path
        let program = URL(filePath: GatewayProcess.program).path
        var environment = ["PATH": "/usr/bin:/bin"]
        for (name, value) in ProcessInfo.processInfo.environment
        where name.hasSuffix("SAN_OPTIONS") || name == "LD_LIBRARY_PATH" {
            environment[name] = value
        }
        let child = try ChildProcess(script, ["--gateway", program], environment: environment)
        // Thousands of messages: longer than one wait.
        let exit = child.standardOutput.wait(Deadline(after: Deadline.patience * 12)) { $0.ended ? true : nil }
        let report = child.text(child.standardOutput) + child.text(child.standardError)
        #expect(exit == true, "\(report)")
        #expect(try child.waitForExit() == .status(0), "\(report)")
        #expect(report.contains("held: 1000 connections at once"))
    }
}
