import Foundation
import Testing

/// Where requests begin and end, in an independent opinion: Python's h11, of which `scripts/differential` asks.
struct DifferentialTests {
    @Test(arguments: [1, 2])
    func `F1 to F9: what reaches the origin is what h11 reads from the same bytes`(_ seed: Int) throws {
        let script = ReplayCase.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "scripts/differential").path
        let program = URL(filePath: GatewayProcess.program).path
        var environment = ["PATH": "/usr/bin:/bin"]
        for (name, value) in ProcessInfo.processInfo.environment
        where name.hasSuffix("SAN_OPTIONS") || name == "LD_LIBRARY_PATH" {
            environment[name] = value
        }
        let child = try ChildProcess(
            script,
            ["--gateway", program, "--count", "600", "--seed", "\(seed)"],
            environment: environment
        )
        // Hundreds of exchanges: longer than one wait.
        let exit = child.standardOutput.wait(Deadline(after: Deadline.patience * 6)) { $0.ended ? true : nil }
        let report = child.text(child.standardOutput) + child.text(child.standardError)
        #expect(exit == true, "\(report)")
        #expect(try child.waitForExit() == .status(0), "\(report)")
    }
}
