import Foundation
import Proxy
import Testing

/// Every file in `RouteFiles` with the text `gateway check` has for it beside it.
///
/// A file that begins with `# dev` is read as with `--dev`.
@Suite struct ConfigurationDiagnosticTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "RouteFiles")

    static let environment = [
        "PORT": "3000", "WORKERS": "2", "EMPTY": "", "INJECTION": "/x\n    respond: { body: pwned }",
        "SESSION_SECRET": "0123456789abcdef0123456789abcdef",
    ]

    static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? [])
        .filter { $0.hasSuffix(".conf") }.sorted()

    @Test func `there are the files to test with`() {
        #expect(Self.names.count >= 80)
    }

    @Test(arguments: names)
    func `says of a route file what is written beside it`(name: String) throws {
        let file = Self.folder.appending(path: name)
        let text = try String(contentsOf: file, encoding: .utf8)
        let expected = try String(
            contentsOf: file.deletingPathExtension().appendingPathExtension("txt"),
            encoding: .utf8
        )
        let dev = text.hasPrefix("# dev")
        let said: String
        switch RouteFile.read(text, file: name, environment: Self.environment, dev: dev) {
        case .settings(_, let warnings): said = warnings.map { $0.rendered(source: text) }.joined() + "ok\n"
        case .problems(let problems): said = problems.map { $0.rendered(source: text) }.joined()
        }
        #expect(said == expected)
    }

    @Test(arguments: names)
    func `never shows a secret`(name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        guard case .problems(let problems) = RouteFile.read(text, file: name, environment: Self.environment) else {
            return
        }
        for problem in problems {
            let said = problem.rendered(source: text)
            for secret in ["hunter2", "correct", "staple", "0123456789abcdef"] {
                #expect(!said.contains(secret), "\(said)")
            }
        }
    }

    @Test(arguments: names)
    func `a file cut anywhere is read without a crash`(name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        for count in stride(from: 0, to: text.count, by: max(1, text.count / 12)) {
            let result = RouteFile.read(String(text.prefix(count)), file: name, environment: Self.environment)
            guard case .problems(let problems) = result else { continue }
            #expect(!problems.isEmpty)
            #expect(problems.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.message.isEmpty })
        }
    }

    @Test func `the caret stands below its column behind tabs`() {
        let problem = Diagnostic(file: "f", line: 1, column: 3, message: "m")
        #expect(problem.rendered(source: "\ta b") == "f:1:3: m\n    1 | \ta b\n      | \t ^\n")
    }

    @Test func `of a long line the part around the place is shown`() {
        let line = String(repeating: "a", count: 300) + "b" + String(repeating: "c", count: 300)
        let lines = Diagnostic(file: "f", line: 1, column: 301, message: "m").rendered(source: line).split(
            separator: "\n"
        )
        #expect(lines[1].count < 180 && lines[1].contains("…a") && lines[1].hasSuffix("c…"))
        let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) } ?? 0
        #expect(Array(lines[1])[caret] == "b")
    }

    @Test func `a place behind the end of the file is no line`() {
        #expect(Diagnostic(file: "f", line: 9, column: 1, message: "m").rendered(source: "a") == "f:9:1: m\n")
    }

    @Test(arguments: [
        ("secret: abc", "secret: ***"), ("  secret : 'abc'", "  secret : '***'"),
        ("{ secret: a, b: c }", "{ secret: ** ** * }"),
        ("- secret: [a-b, ${X}]", "- secret: [**** ${X}]"), ("client_secret: abc", "client_secret: ***"),
        ("x: { set: { Authorization: Bearer abc } }", "x: { set: { Authorization: ****** *** } }"),
        ("secret: ${X:-abc}", "secret: *{******}"), ("redis: redis://u:p@h/0", "redis: redis://***@h/0"),
        ("redis: \"redis://:p w/o,#@h/0\"", "redis: \"redis://********@h/0\""),
        ("redis: redis://:mysecret: x@h, secret: abc", "redis: redis://*************** ******* ***"),
        ("secret: ${X} # why", "secret: ${X} # why"), ("secret: ${X}a # why", "secret: ${X}* * ***"),
        ("secret: [${X}, abc] # why", "secret: [${X}* ***] * ***"), ("name: secretary", "name: secretary"),
        ("secure: auto", "secure: auto"),
        ("secret:\n  abc\n\n  def\nx: y", "x: y"),
        ("secret:\n- abc\nx: y", "x: y"),
        ("  s: { name: n, secret:\n  \"abc\", c: d }\nx: y", "x: y"),
        ("s: { secret: 'abc,\ndef', c: d }\nx: y", "x: y"),
        ("s: { secret: ${X},\n  c: d }", "  c: d }"), ("? secret\n: abc\nx: y", "x: y"),
        ("? token: abc", "? token: ***"), ("s: { secret: [\"${X}\",\n  \"abc\"], c: d }\nx: y", "x: y"),
        ("s: {\n  secret:\n  \"abc\", c: d }\nx: y", "x: y"), ("s: {\n  secret: # old, b\n  abc, c: d }\nx: y", "x: y"),
        ("s: { secret: \"a\\\",\nabc\", c: d }\nx: y", "x: y"), ("s: it's\nsecret: abc\nx: y", "x: y"),
    ])
    func `what stands behind a secret's key is covered`(line: String, shown: String) throws {
        let count = line.split(separator: "\n", omittingEmptySubsequences: false).count
        let said = Diagnostic(file: "f", line: count, column: 1, message: "m").rendered(source: line)
        #expect(said.split(separator: "\n")[1] == "    \(count) | \(shown)")
        for place in 1...count where count > 1 {
            let said = Diagnostic(file: "f", line: place, column: 1, message: "m").rendered(source: line)
            #expect(!said.contains("abc") && !said.contains("def"))
        }
    }
}
