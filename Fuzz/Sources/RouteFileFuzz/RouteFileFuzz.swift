import Harness
import Proxy
import Sessions

@c(LLVMFuzzerTestOneInput)
public func checkRouteFile(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    for dev in [false, true] {
        let result = RouteFile.read(text, file: "fuzz.conf", environment: environment, dev: dev)
        switch result {
        case .settings(let settings, let warnings):
            checkSettings(settings, dev: dev)
            must(warnings.allSatisfy { $0.severity == .warning }, "a file with errors is not read")
            checkDiagnostics(warnings, text)
        case .problems(let problems):
            must(problems.contains { $0.severity == .error }, "a file is refused for a reason")
            checkDiagnostics(problems, text)
        }
    }
    return 0
}

private let secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
private let environment = ["SESSION_SECRET": secret, "EMPTY": "", "PORT": "8081"]

/// What is read can be served: everything that something else names is there.
private func checkSettings(_ settings: Settings, dev: Bool) {
    must(!settings.listen.isEmpty, "there is somewhere to listen")
    for session in settings.sessions {
        must(session.settings.problems.isEmpty || dev, "a session that is read works: \(session.settings.problems)")
    }
    must(Set(settings.sessions.map(\.name)).count == settings.sessions.count, "sessions have names of their own")
}

/// A diagnostic points into the file, and says nothing that is secret.
private func checkDiagnostics(_ diagnostics: [Diagnostic], _ text: String) {
    // YAML's line ends are more than LF; what is missing at the end of a file is missed on the line behind it.
    let lines = text.unicodeScalars.count { "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) } + 1
    var before = (line: 1, column: 1)
    for diagnostic in diagnostics {
        must((1...(lines + 1)).contains(diagnostic.line), "a line is one of the file's: \(diagnostic)")
        must(diagnostic.column >= 1, "columns count from 1: \(diagnostic)")
        must((diagnostic.line, diagnostic.column) >= before, "problems are in the order of the file: \(diagnostic)")
        before = (diagnostic.line, diagnostic.column)
        must(!diagnostic.message.isEmpty, "a problem is said")
        let rendered = diagnostic.rendered(source: text)
        must(rendered.hasPrefix("fuzz.conf:\(diagnostic.line):\(diagnostic.column): "), "and where it is: \(rendered)")
        must(holdsSecret(text) || !holdsSecret(rendered), "no problem shows a secret: \(rendered)")
    }
}

/// By bytes: for `String` a combining mark behind the secret makes it another text.
private func holdsSecret(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let wanted = Array(secret.utf8)
    guard bytes.count >= wanted.count else { return false }
    return (0...(bytes.count - wanted.count)).contains { bytes[$0...].starts(with: wanted) }
}

@main
struct RouteFileFuzz {
    static func main() { fuzz(checkRouteFile) }
}
