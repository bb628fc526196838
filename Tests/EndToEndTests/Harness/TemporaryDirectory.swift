import Foundation

/// A directory of one test's own, removed with the value that made it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        // Short, because a unix socket's path may have 107 bytes.
        path = NSTemporaryDirectory().appending("gw-\(UInt64.random(in: 0...UInt64.max).description)")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file and gives its whole path.
    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }
}
