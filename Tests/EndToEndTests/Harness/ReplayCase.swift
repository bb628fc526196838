import Foundation

/// One raw request of `Tests/Replay` and what has to come of it; the folder's README describes the form.
struct ReplayCase: Sendable {
    /// A request as the origin gets it.
    struct Arrival: Sendable, Equatable {
        var method: String
        var target: String
        var body: String
    }

    /// The rule and what is special about the request.
    let name: String
    /// The status of each response, in order.
    var statuses: [Int] = []
    /// The connection is ended after the responses.
    var closes = false
    /// The client says after its bytes that there are no more.
    var finishes = false
    /// The beginning of a request may reach the origin, never its end.
    var isCut = false
    /// The whole requests that reach the origin.
    var arrivals: [Arrival] = []
    /// Fields the last of them has, once each.
    var present: [Message.Field] = []
    /// Names of which it has no field.
    var absent: [String] = []
    /// What the client sends.
    var bytes: [UInt8] = []

    /// The classes: the files' names without `.txt`.
    static let classes: [String] = ["framing", "chunking", "names-and-values", "request-line", "host", "smuggling"]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Replay")

    /// The cases of a class, in order.
    static func read(_ name: String) throws -> [ReplayCase] {
        let text = try String(contentsOf: folder.appending(path: name + ".txt"), encoding: .utf8)
        return try text.components(separatedBy: "\n\n").map { try ReplayCase(paragraph: $0) }
    }

    private init(paragraph: String) throws(HarnessError) {
        var lines = paragraph.split(separator: "\n")[...]
        let first = lines.popFirst() ?? ""
        guard let arrow = first.range(of: " -> ") else { throw .malformed("replay case \(first)") }
        name = String(first[..<arrow.lowerBound])
        for word in first[arrow.upperBound...].split(separator: " ") {
            switch word {
            case "close": closes = true
            case "fin": finishes = true
            default:
                guard let status = Int(word) else { throw .malformed("\(word) in replay case \(first)") }
                statuses.append(status)
            }
        }
        for line in lines {
            let rest = line.dropFirst(2)
            if line == "> cut" {
                isCut = true
            } else if line.hasPrefix("> ") {
                let words = rest.split(separator: " ").map { Latin1.text(Self.unescaped($0)[...]) }
                guard words.count >= 2 else { throw .malformed("\(line) in replay case \(first)") }
                arrivals.append(Arrival(method: words[0], target: words[1], body: words.count > 2 ? words[2] : ""))
            } else if line.hasPrefix("+ ") {
                present.append(try Message.field(Latin1.text(Self.unescaped(rest)[...])))
            } else if line.hasPrefix("- ") {
                absent.append(String(rest))
            } else {
                bytes += Self.unescaped(line)
            }
        }
    }

    /// The bytes a line stands for.
    private static func unescaped(_ line: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = line
        while let character = rest.popFirst() {
            guard character == "\\", let kind = rest.popFirst() else {
                bytes += Array(String(character).utf8)
                continue
            }
            switch kind {
            case "r": bytes.append(0x0d)
            case "n": bytes.append(0x0a)
            case "t": bytes.append(0x09)
            case "0": bytes.append(0)
            case "x":
                bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            case "{":
                let count = Int(rest.prefix { $0 != ":" }) ?? 0
                let inner = unescaped(rest.drop { $0 != ":" }.dropFirst().prefix { $0 != "}" })
                rest = rest.drop { $0 != "}" }.dropFirst()
                for _ in 0..<count { bytes += inner }
            default: bytes += Array(String(kind).utf8)
            }
        }
        return bytes
    }
}
