import Foundation
import LinuxIO
import Proxy
import Sessions
import Testing
import Upstream

@Suite struct ConfigurationSettingsTests {
    private func settings(_ text: String, environment: [String: String] = [:], dev: Bool = false) throws -> Settings {
        switch RouteFile.read(text, file: "gateway.conf", environment: environment, dev: dev) {
        case .settings(let settings, _): return settings
        case .problems(let problems):
            throw Problems(text: problems.map { $0.rendered(source: text) }.joined())
        }
    }

    private struct Problems: Error { let text: String }

    private let minimal = """
        listen:
          - address: 127.0.0.1:0
        upstreams:
          app: { servers: ["http://127.0.0.1:3000"] }
        routes:
          - path: /*
            upstream: app

        """

    @Test func `a small file has every default of the design`() throws {
        let settings = try settings(minimal)
        #expect(settings.listen.map(\.address.description) == ["127.0.0.1:0"])
        #expect(settings.workers == .auto)
        #expect(settings.trustedProxies.isEmpty)
        #expect(settings.sessionCookies.isEmpty)
        #expect(settings.accessLog == .json)
        let second: UInt64 = 1_000_000_000
        #expect(settings.timeouts.requestHead == 10 * second)
        #expect(settings.timeouts.requestBody == 30 * second)
        #expect(settings.timeouts.send == 30 * second)
        #expect(settings.timeouts.keepAlive == 75 * second)
        #expect(settings.timeouts.tunnel == 3600 * second)
        #expect(settings.timeouts.drain == 30 * second)
        #expect(settings.limits.requestLine == 16384)
        #expect(settings.limits.fields == 65536)
        #expect(settings.limits.fieldCount == 256)
        #expect(settings.limits.perAddress == nil && settings.limits.memory == nil)
        #expect(settings.limits.connections == 100_000)
        let route = try #require(settings.routes.first)
        #expect(route.name == "/*")
        #expect(route.line == 6)
        #expect(route.session == nil)
        #expect(route.stripCookies == .session)
        #expect(route.maxBody == nil)
        #expect(route.upgrade)
        #expect(route.action == .upstream(0))
        #expect(route.requestHeaders.isEmpty && route.responseHeaders.isEmpty)
    }

    @Test func `the design's own example is read as it says`() throws {
        let text = """
            listen:
              - address: 0.0.0.0:8080            # [::]:8080, unix:/run/gateway.sock
            workers: auto
            trusted_proxies: [10.0.0.0/8]
            session_cookies: [PHPSESSID]
            access_log: json
            sessions:
              browser:
                store: cookie
                name: _gateway_session
                secret: ${SESSION_SECRET}
                idle_timeout: 24h
                lifetime: 30d
                renew_on: [user_id]
                expose: { X-User-Id: user_id }
            upstreams:
              app: { servers: ["http://127.0.0.1:3000"] }
              api: { servers: ["http://127.0.0.1:4000", "http://127.0.0.1:4001"], timeouts: { connect: 2s, first_byte: 30s } }
            routes:
              - host: example.com
                path: /api/*
                methods: [GET, POST]
                upstream: api
                session: null
                strip_prefix: /api
              - path: /*
                upstream: app
                session: browser
              - path: /old/*
                redirect: { to: "/new/*", status: 308 }
              - path: /healthz
                respond: { status: 200, body: "ok" }
            """
        let secret = "0123456789abcdef0123456789abcdef"
        let settings = try settings(text, environment: ["SESSION_SECRET": secret])
        #expect(settings.routes.map(\.name) == ["GET,POST example.com/api/*", "/*", "/old/*", "/healthz"])
        #expect(settings.routes[0].host == .exact("example.com"))
        #expect(settings.routes[0].path == .prefix(["api"]))
        #expect(settings.routes[0].stripPrefix == "/api")
        #expect(settings.routes.map(\.session) == [nil, 0, nil, nil])
        #expect(settings.routes[2].action == .redirect(RedirectSettings(to: "/new/*", status: 308)))
        #expect(settings.routes[3].action == .respond(RespondSettings(status: 200, body: Array("ok".utf8))))
        let session = try #require(settings.sessions.first?.settings)
        #expect(session.secrets == [Array(secret.utf8)])
        #expect(session.idleTimeout == 86400)
        #expect(session.renewOn == ["user_id"])
        #expect(session.expose == [ExposedValue(header: "X-User-Id", key: "user_id")])
        #expect(settings.upstreams[1].servers.map(\.description) == ["http://127.0.0.1:4000", "http://127.0.0.1:4001"])
        #expect(settings.upstreams[1].connectTimeout == 2_000_000_000)
        #expect(settings.upstreams[1].idleTimeout == 60_000_000_000)
    }

    @Test func `a session in gorilla's format lives as long as gorilla's, and takes keys of any bytes`() throws {
        let text = """
            sessions:
              browser:
                format: gorilla
                secret: ["base64:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", hex:00ff]
                block_keys: [0123456789abcdef, hex:000102030405060708090a0b0c0d0e0f1011121314151617]
                lifetime: 60d
              other: { name: other, format: gorilla, secret: hex-is-not-the-beginning-of-this-one, idle_timeout: 1h }

            """
        let sessions = try settings(minimal + text).sessions.map(\.settings)
        #expect(sessions[0].format == .gorilla)
        #expect(sessions[0].secrets == [Array(0...31), [0, 0xFF]])
        #expect(sessions[0].blockKeys == [Array("0123456789abcdef".utf8), Array(0...23)])
        #expect(sessions[0].lifetime == 60 * 86_400 && sessions[0].idleTimeout == 60 * 86_400)
        #expect(sessions[1].idleTimeout == 3600 && sessions[1].blockKeys.isEmpty)
    }

    @Test func `the example file says the defaults and nothing else`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "gateway.conf.example"), encoding: .utf8)
        let settings = try settings(text)
        #expect(settings.timeouts == Timeouts())
        #expect(settings.limits == Limits())
        #expect(settings.workers == .auto)
        #expect(settings.accessLog == .json)
        var session = try #require(settings.sessions.first?.settings)
        session.secrets = []
        #expect(session == SessionSettings())
        #expect(settings.upstreams[0].connectTimeout == settings.upstreams[1].connectTimeout)
        #expect(settings.upstreams[0].firstByteTimeout == settings.upstreams[1].firstByteTimeout)
        #expect(settings.upstreams[0].keepAliveConnections == settings.upstreams[1].keepAliveConnections)
        #expect(settings.upstreams[0].keepAliveIdle == settings.upstreams[1].keepAliveIdle)
        #expect(settings.usesExampleSecret)
        #expect(
            try !self.settings(text, environment: ["SESSION_SECRET": "0123456789abcdef0123456789abcdef"])
                .usesExampleSecret
        )
    }

    @Test func `a value from the environment is typed by its text`() throws {
        let text =
            minimal.replacing("127.0.0.1:0", with: "127.0.0.1:${PORT}") + "workers: ${N}\naccess_log: ${LOG:-off}\n"
        let settings = try settings(text, environment: ["PORT": "8081", "N": "3"])
        #expect(settings.listen.first?.address.port == 8081)
        #expect(settings.workers == .count(3))
        #expect(settings.accessLog == .off)
    }

    @Test func `a variable that holds null or nothing leaves the default`() throws {
        for value in ["null", "~", ""] {
            #expect(try settings(minimal + "workers: ${N}\n", environment: ["N": value]).workers == .auto)
        }
    }

    @Test(arguments: [
        ("a", "a"), ("$", "$"), ("$$", "$"), ("$$$$", "$$"), ("$x", "$x"), ("$${A}", "${A}"), ("${A}", "1"),
        ("x${A}y${A}z", "x1y1z"),
        ("${B:-2}", "2"), ("${A:-2}", "1"), ("${B:-}", ""), ("${E:-3}", "3"), ("${E}", ""), ("${B:-a:-b}", "a:-b"),
        ("5$", "5$"),
    ])
    func `references are replaced inside a value`(written: String, meant: String) throws {
        let text = minimal + "    request_headers: { set: { X-A: \"\(written)\" } }\n"
        let settings = try settings(text, environment: ["A": "1", "E": ""])
        #expect(settings.routes[0].requestHeaders.set == [HeaderEdits.Field(name: "X-A", value: meant)])
    }

    @Test func `a value of the environment is not looked through for references`() throws {
        let text = minimal + "    request_headers: { set: { X-A: \"${A}\" } }\n"
        #expect(
            try settings(text, environment: ["A": "${B}", "B": "no"]).routes[0].requestHeaders.set[0].value == "${B}"
        )
    }

    @Test func `a session in memory has a size, 64MiB unless said`() throws {
        let text = """
                session: a
            sessions:
              a: { secret: 0123456789abcdef0123456789abcdef, store: memory }
              b: { secret: 0123456789abcdef0123456789abcdef, store: memory, memory: { size: 1GiB }, name: b }
              c: { secret: 0123456789abcdef0123456789abcdef, store: cookie, name: c }

            """
        let sessions = try settings(minimal + text).sessions.map(\.settings)
        #expect(sessions.map(\.store) == [.memory, .memory, .cookie])
        #expect(sessions.map(\.memorySize) == [64 << 20, 1 << 30, 64 << 20])
    }

    @Test func `a session in its cookie may spill into a store`() throws {
        let text = """
                session: a
            sessions:
              a: { secret: 0123456789abcdef0123456789abcdef, spill: memory, memory: { size: 1GiB } }
              b: { secret: 0123456789abcdef0123456789abcdef, spill: redis, redis: "redis://cache", name: b }
              c: { secret: 0123456789abcdef0123456789abcdef, name: c }

            """
        let sessions = try settings(minimal + text).sessions
        #expect(sessions.map(\.settings.store) == [.cookie, .cookie, .cookie])
        #expect(sessions.map(\.settings.spill) == [.memory, .redis, nil])
        #expect(sessions[0].settings.memorySize == 1 << 30)
        #expect(sessions[1].redis?.prefix == "gateway:b:" && sessions[0].redis == nil)
    }

    @Test func `with dev a session may be without a secret and has none then`() throws {
        let text = minimal + "    session: browser\nsessions:\n  browser: { secret: \"${NOT_SET}\" }\n"
        #expect(try settings(text, dev: true).sessions[0].settings.secrets.isEmpty)
        #expect(throws: Problems.self) { try settings(text) }
    }

    @Test func `several secrets are kept in their order`() throws {
        let first = String(repeating: "a", count: 32)
        let second = String(repeating: "b", count: 40)
        let text = minimal + "    session: browser\nsessions:\n  browser: { secret: [\(first), \(second)] }\n"
        #expect(try settings(text).sessions[0].settings.secrets == [Array(first.utf8), Array(second.utf8)])
    }

    @Test func `a lifetime shorter than the default idle timeout shortens that too`() throws {
        let secret = String(repeating: "a", count: 32)
        let text = minimal + "    session: b\nsessions:\n  b: { secret: \(secret), lifetime: 8h }\n"
        #expect(try settings(text).sessions[0].settings.idleTimeout == 8 * 3600)
    }

    @Test func `edits keep their order and a list is several lines`() throws {
        let text =
            minimal + """
                    request_headers:
                      set: { Host: a.example, X-B: "" }
                      add: { X-C: [one, "2"] }
                      remove: [Accept]
                    headers: { X-Any: , X-One: "1" }
                    query: { q: null, p: "a b" }
                    max_body: 10MiB

                """
        let route = try settings(text).routes[0]
        #expect(route.requestHeaders.set.map(\.name) == ["Host", "X-B"])
        #expect(route.requestHeaders.add.map(\.value) == ["one", "2"])
        #expect(route.requestHeaders.remove == ["Accept"])
        #expect(route.headers == [FieldMatch(name: "X-Any", value: nil), FieldMatch(name: "X-One", value: "1")])
        #expect(route.query == [QueryMatch(name: "q", value: nil), QueryMatch(name: "p", value: "a b")])
        #expect(route.maxBody == UInt64(10 * 1024 * 1024))
    }

    @Test func `a session's size and subject, and the control socket`() throws {
        let text =
            minimal + """

                control: unix:/run/c.sock
                sessions:
                  plain: { secret: 0123456789abcdef0123456789abcdef }
                  large: { secret: 0123456789abcdef0123456789abcdef, name: large, max_chunks: 4, subject: user_id }

                """
        let read = try settings(text)
        #expect(read.control == SocketAddress(unixPath: "/run/c.sock"))
        #expect(read.sessions.map(\.settings.maxChunks) == [1, 4])
        #expect(read.sessions.map(\.settings.subject) == [nil, "user_id"])
        #expect(try settings(minimal).control == nil)
    }

    @Test(arguments: [
        ("/", PathPattern.exact("/")), ("/*", .prefix([])), ("/a/b", .exact("/a/b")), ("/a/", .exact("/a/")),
        ("/a/*", .prefix(["a"])), ("/{x}", .template([.parameter("x")], rest: false)),
        ("/u/{id}/*", .template([.literal("u"), .parameter("id")], rest: true)), ("/é", .exact("/%C3%A9")),
        ("/%c3%a9", .exact("/%C3%A9")), ("/%61b", .exact("/ab")), ("/a b", .exact("/a%20b")),
        ("/a%2fb", .exact("/a%2Fb")),
        ("/~x", .exact("/~x")), ("/a,b;c=d", .exact("/a,b;c=d")), ("/.well-known/*", .prefix([".well-known"])),
    ])
    func `a path is kept in its normal form`(written: String, pattern: PathPattern) throws {
        let text = minimal.replacing("path: /*", with: "path: \"\(written)\"")
        #expect(try settings(text).routes[0].path == pattern)
    }

    @Test func `reads what bounds tunnels, addresses and memory`() throws {
        let settings = try settings(
            """
            listen: [{ address: 0.0.0.0:8080 }]
            timeouts: { tunnel: 5m }
            limits: { per_address: 100, memory: 512MiB }
            upstreams: { app: { servers: ["http://127.0.0.1:3000"] } }
            routes: [{ path: /*, upstream: app, upgrade: false }]
            """
        )
        #expect(settings.timeouts.tunnel == UInt64(300_000_000_000))
        #expect(settings.limits.perAddress == Int(100) && settings.limits.memory == Int(512 << 20))
        #expect(settings.routes.map(\.upgrade) == [false])
    }
}
