import Sessions
import Testing

/// Settings that cannot work.
struct SettingProblemTests {
    private func problems(_ change: (inout SessionSettings) -> Void) -> [String] {
        SessionSettings.testing(change).problems.map(\.setting)
    }

    @Test func `finds none in the defaults with a secret`() {
        #expect(problems { _ in }.isEmpty)
        #expect(SessionSettings().problems.map(\.setting) == ["secret"])
    }

    @Test func `asks for secrets of 32 bytes and says how to make one`() {
        #expect(problems { $0.secrets = [Array(repeating: 1, count: 31)] } == ["secret"])
        #expect(problems { $0.secrets = [Array(repeating: 1, count: 32)] }.isEmpty)
        #expect(problems { $0.secrets.append([]) } == ["secret"])
        #expect(SessionSettings().problems[0].message.contains("gateway secret"))
    }

    @Test(arguments: ["", "a b", "a;b", "a=b", "é", "a,b", "a\"b", "a\u{0}", String(repeating: "n", count: 257)])
    func `refuses names that cookies cannot have`(name: String) {
        #expect(problems { $0.name = name } == ["name"])
    }

    @Test func `refuses times that contradict one another`() {
        #expect(problems { $0.idleTimeout = 0 } == ["idle_timeout"])
        #expect(problems { $0.lifetime = 0 } == ["lifetime"])
        #expect(problems { $0.lifetime = 86_399 } == ["idle_timeout"])
        #expect(problems { $0.lifetime = 86_400 }.isEmpty)
        #expect(problems { $0.maxAge = 0 } == ["max_age"])
        #expect(problems { $0.maxAge = 401 * 86_400 } == ["max_age"])
        #expect(problems { $0.maxAge = 400 * 86_400 }.isEmpty)
    }

    @Test func `refuses what needs Secure where Secure is off`() {
        #expect(problems { $0.sameSite = .none }.isEmpty)
        for secure in [SecureMode.auto, .always] {
            #expect(
                problems {
                    $0.sameSite = .none
                    $0.partitioned = true
                    $0.name = "__Host-s"
                    $0.secure = secure
                }.isEmpty
            )
        }
        #expect(
            problems {
                $0.sameSite = .none
                $0.secure = .never
            } == ["same_site"]
        )
        #expect(
            problems {
                $0.partitioned = true
                $0.secure = .never
            } == ["partitioned"]
        )
        for name in ["__Host-s", "__host-s", "__Secure-s", "__Http-s", "__Host-Http-s"] {
            #expect(
                problems {
                    $0.name = name
                    $0.secure = .never
                } == ["name"]
            )
        }
    }

    @Test func `keeps __Host- cookies to one host and the path /`() {
        #expect(
            problems {
                $0.name = "__Host-s"
                $0.domain = "example.com"
                $0.path = "/app"
            } == ["domain", "path"]
        )
        #expect(
            problems {
                $0.name = "__Secure-s"
                $0.domain = "example.com"
                $0.path = "/app"
            }.isEmpty
        )
    }

    @Test(arguments: ["", ".", "a b", "exa_mple.com", "a..b", "-a.com", "a.com;", "a.com:80", "https://a.com", "a\r\n"])
    func `refuses what is no domain`(domain: String) {
        #expect(problems { $0.domain = domain } == ["domain"])
    }

    @Test(arguments: ["", "app", "/a;b", "/a b", "/a\r\n", "/é", "/" + String(repeating: "a", count: 1024)])
    func `refuses what is no path for a cookie`(path: String) {
        #expect(problems { $0.path = path } == ["path"])
    }

    @Test func `refuses names and origins that nothing can match`() {
        let long = String(repeating: "n", count: 257)
        #expect(problems { $0.renewOn = ["ok", long] } == ["renew_on"])
        #expect(problems { $0.expose = [ExposedValue(header: "X-User-Id", key: "user_id")] }.isEmpty)
        #expect(problems { $0.expose = [ExposedValue(header: "X User", key: "user_id")] } == ["expose"])
        #expect(problems { $0.expose = [ExposedValue(header: "X-User", key: long)] } == ["expose"])
        #expect(problems { $0.trustedOrigins = ["https://a.example", "http://[::1]:8080"] }.isEmpty)
        for origin in ["a.example", "https://", "https://a.example/", "ftp://a", "*", "https://a b"] {
            #expect(problems { $0.trustedOrigins = [origin] } == ["trusted_origins"])
        }
    }
}
