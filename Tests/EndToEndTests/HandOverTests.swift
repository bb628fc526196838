import Foundation
import Testing

/// `sign`: a service can be sure that what it is told came from the gateway, by libraries that know nothing of it.
struct HandOverTests {
    /// Who verifies: the programs of docs/examples, with independent libraries.
    enum Verifier: String, CaseIterable {
        /// Debian's Python with jwcrypto.
        case jwcrypto
        /// Whichever Python stands first in the path: with joserfc where that is installed.
        case python
        case go
        /// Only where there is one: no Debian package of these tests brings it.
        case node

        var command: String? {
            let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("docs/examples").path
            switch self {
            case .jwcrypto: return "/usr/bin/python3 \(examples)/verify.py"
            case .python: return "python3 \(examples)/verify.py"
            case .go: return "GO111MODULE=off GOCACHE=\"$PWD/cache\" go run \(examples)/verify.go"
            case .node:
                let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
                let isThere = path.split(separator: ":").contains {
                    FileManager.default.isExecutableFile(atPath: "\($0)/node")
                }
                return isThere ? "node \(examples)/verify.js" : nil
            }
        }
    }

    /// A request as a service got it, and how it would verify it.
    private struct Received {
        var method: String
        var target: String
        var headers: [String: String]
        var key: String
        var audience = "app"
        var age = 60

        init(_ message: Message, key: String) {
            method = message.method
            target = message.target
            headers = Dictionary(message.fields.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
            self.key = key
        }

        var json: String {
            get throws {
                let key = try JSONSerialization.jsonObject(with: Data(key.utf8))
                let request: [String: Any] = [
                    "method": method, "target": target, "headers": headers, "key": key, "audience": audience,
                    "age": age,
                ]
                return String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self)
            }
        }
    }

    /// What the verifier says of it: the signed fields, or nil and why.
    private func verify(_ request: Received, _ verifier: Verifier) throws -> (fields: JSONValue?, why: String) {
        let directory = try TemporaryDirectory()
        let file = try directory.write("request.json", request.json)
        let command = try #require(verifier.command)
        let child = try ChildProcess(
            "/bin/sh",
            ["-c", "\(command) < \"$0\"", file],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"],
            directory: directory.path
        )
        let exit = try child.waitForExit(Deadline(after: .seconds(60)))
        let why = child.text(child.standardError)
        #expect(exit == .status(0) || exit == .status(1), "\(verifier): \(why)")
        return (exit == .status(0) ? JSONValue(child.text(child.standardOutput)) : nil, why)
    }

    private static let setting = "expose: { X-User-Id: user_id, X-Name: name }\n"
    private static let secret = "a key to sign with, of more than 32 bytes"
    private static let symmetric =
        "{\"kty\":\"oct\",\"k\":\""
        + Data(secret.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=",
            with: ""
        )
        + "\"}"

    private static func run(_ command: String, in directory: TemporaryDirectory) throws -> String {
        let child = try ChildProcess(
            "/bin/sh",
            ["-c", command, GatewayProcess.program],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: directory.path
        )
        #expect(try child.waitForExit() == .status(0), "\(command): \(child.text(child.standardError))")
        return child.text(child.standardOutput)
    }

    /// A signed page request with values, messages and an exposed value, and its key for the service.
    private func received(edDSA: Bool, pem: Bool = false) throws -> Received {
        let directory = try TemporaryDirectory()
        var sign = "sign: { key: \"\(Self.secret)\" }"
        var key = Self.symmetric
        if edDSA {
            let make = pem ? "openssl genpkey -algorithm ed25519 > private" : "\"$0\" secret --ed25519 > private"
            key = try Self.run("\(make); \"$0\" secret --public < private", in: directory)
            sign = "sign: { algorithm: EdDSA, key: { file: \"\(directory.path)/private\" } }"
        }
        var request: Message?
        try withSessions(session: Self.setting + sign, route: "add_prefix: /v1") { _, _, browser in
            _ = try browser.fetch(
                "/",
                #"X-Session-Set: {"user_id":42,"word":"gr\u00fcn"}"#,
                #"X-Flash-Add: {"info":"Saved."}"#
            )
            request = try browser.page("/page?q=1&r=%20x", method: "POST").seen
        }
        return Received(try #require(request), key: key)
    }

    @Test(arguments: Verifier.allCases.filter { $0.command != nil }, [false, true])
    func `other libraries verify it, and find every change`(_ verifier: Verifier, _ edDSA: Bool) throws {
        let good = try received(edDSA: edDSA)
        #expect(good.target == "/v1/page?q=1&r=%20x")
        let (fields, why) = try verify(good, verifier)
        let verified = try #require(fields, "\(why)")
        #expect(verified["x-session-policy"] == "cookie")
        #expect(verified["x-session"]?.string == good.headers["x-session"])
        #expect(verified["x-session"]?.string?.contains(#""user_id":42"#) == true)
        #expect(verified["x-flash"] == #"{"info":["Saved."]}"#)
        #expect(verified["x-user-id"] == "42")
        #expect(verified["x-name"] == "")
        #expect(verified["x-session-id"]?.string?.count == 32)
        var changes: [(String, Received)] = []
        func change(_ name: String, _ edit: (inout Received) -> Void) {
            var changed = good
            edit(&changed)
            changes.append((name, changed))
        }
        change("method") { $0.method = "GET" }
        change("target") { $0.target = "/v1/page?q=2&r=%20x" }
        change("values") { $0.headers["x-session"] = #"{"user_id":1}"# }
        change("an exposed value") { $0.headers["x-user-id"] = "1" }
        change("an exposed value that was not there") { $0.headers["x-name"] = "Eve" }
        change("messages") { $0.headers["x-flash"] = nil }
        change("the audience") { $0.audience = "api" }
        change("no signature") { $0.headers["x-session-signature"] = nil }
        change("a cut signature") { $0.headers["x-session-signature"]?.removeLast(8) }
        for (name, changed) in changes {
            let (fields, why) = try verify(changed, verifier)
            #expect(fields == nil, "\(name) was not found")
            #expect(why.contains("refused: "), "\(name): \(why)")
        }
    }

    @Test func `a PEM of openssl's signs too, and another key does not verify`() throws {
        let good = try received(edDSA: true, pem: true)
        #expect(try verify(good, .jwcrypto).fields?["x-user-id"] == "42")
        var other = good
        other.key = try Self.run("\"$0\" secret --ed25519 | \"$0\" secret --public", in: try TemporaryDirectory())
        #expect(try verify(other, .jwcrypto).fields == nil)
        // A public key is no secret: who takes it for one verifies nothing.
        other.key = Self.symmetric
        #expect(try verify(other, .jwcrypto).fields == nil)
    }

    @Test func `what was signed is not signed for ever`() throws {
        var request = try received(edDSA: false)
        request.age = -1
        #expect(try verify(request, .jwcrypto).why.contains("too long ago"))
    }

    @Test func `only sessions with sign are signed, no number comes twice, and clients sign nothing`() throws {
        let sign = "sign: { key: \"\(Self.secret)\", kid: first }"
        try withSessions(session: sign) { _, _, browser in
            let forged = "X-Session-Signature: a..b\r\n"
            let null = try browser.fetch("/api/x", fields: forged)
            #expect(null.seen?.has("x-session-signature") == false)
            var seen: Set<String> = []
            for _ in 0..<20 {
                let visit = try browser.fetch("/", fields: forged)
                let signatures = visit.seen?.fields("x-session-signature") ?? []
                #expect(signatures.count == 1)
                let signature = try #require(signatures.first)
                #expect(seen.insert(signature).inserted)
                let head = String(signature.prefix { $0 != "." }).replacing("-", with: "+").replacing("_", with: "/")
                let padded = head + String(repeating: "=", count: (4 - head.count % 4) % 4)
                let header = JSONValue(Data(base64Encoded: padded).map { String(decoding: $0, as: UTF8.self) })
                #expect(header?["kid"] == "first")
                #expect(header?["aud"] == "app")
                #expect(header?["alg"] == "HS256")
            }
        }
        try withSessions { _, _, browser in
            let visit = try browser.fetch("/", fields: "X-Session-Signature: a..b\r\n")
            #expect(visit.seen?.has("x-session-signature") == false)
        }
    }
}
