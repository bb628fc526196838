import Testing

@testable import Sessions

/// Sessions that are void though their cookies are not.
struct RevocationTests {
    /// A gateway with a deny list, and the cookies of several browsers.
    private struct Gateway {
        private(set) var sessions: CookieSessions
        let memory: SessionMemory
        var now: Int64 = 1_800_000_000
        var random = SeededRandom(3)

        init(_ change: (inout SessionSettings) -> Void = { _ in }) {
            memory = SessionMemory()
            sessions = Self.sessions(memory, change)
        }

        /// Goes by other settings from now on.
        mutating func settle(_ change: (inout SessionSettings) -> Void) {
            sessions = Self.sessions(memory, change)
        }

        private static func sessions(
            _ memory: SessionMemory,
            _ change: (inout SessionSettings) -> Void
        ) -> CookieSessions {
            CookieSessions(
                .testing {
                    $0.subject = "user"
                    $0.renewOn = ["user"]
                    change(&$0)
                },
                memory: memory
            )
        }

        func open(_ cookies: String?...) -> OpenedSession {
            var bytes: [UInt8] = []
            var candidates: [Range<Int>] = []
            for cookie in cookies.compactMap({ $0 }) {
                let start = bytes.count
                bytes.append(contentsOf: cookie.utf8)
                candidates.append(start..<bytes.count)
            }
            var opened = sessions.open(bytes.span, candidates: candidates, flashCandidates: [], now: now)
            sessions.catchUp(&opened, now: now)
            return opened
        }

        mutating func close(
            _ opened: OpenedSession,
            _ fields: (String, String)...,
            status: Int = 200
        ) throws -> (outcome: CloseOutcome, cookie: String?) {
            let answer = Answer(status: status, fields: fields.map { (name: $0.0, value: $0.1) })
            let closed = try sessions.close(
                opened,
                changes: answer.changes(),
                status: status,
                isPage: true,
                secureConnection: false,
                now: now,
                random: &random
            )
            let cookie = closed.setCookies.first.map { text($0).prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst() }
            return (closed.outcome, cookie.map(String.init))
        }

        mutating func signIn(_ user: String = "42") throws -> String {
            let anonymous = try #require(try close(open(nil), ("Set", #"{"cart":1}"#)).cookie)
            return try #require(try close(open(anonymous), ("Set", #"{"user":\#(user)}"#)).cookie)
        }

        func isOpen(_ cookie: String?) -> Bool { open(cookie).outcome == .opened }
    }

    @Test(arguments: [SessionFormat.sealed, .gorilla])
    func `all ends every session of the subject, and no other`(format: SessionFormat) throws {
        var gateway = Gateway { $0.format = format }
        let mine = [try gateway.signIn(), try gateway.signIn()]
        let other = try gateway.signIn("7")
        let anonymous = try #require(try gateway.close(gateway.open(nil), ("Set", #"{"cart":1}"#)).cookie)
        gateway.now += 100
        let own = gateway.open(mine[0])
        let answer = try gateway.close(own, ("Revoke", "all"))
        #expect(answer.outcome == .cleared && answer.cookie?.isEmpty == true)
        #expect(mine.allSatisfy { gateway.open($0).outcome == .revoked })
        #expect(gateway.isOpen(other) && gateway.isOpen(anonymous))
        // And who signs in again, in the same second, is in.
        let again = try gateway.signIn()
        #expect(gateway.isOpen(again))
        gateway.now += 20_000
        #expect(gateway.isOpen(again) && !gateway.isOpen(mine[1]))
    }

    @Test(arguments: [SessionFormat.sealed, .gorilla])
    func `others leaves this one, under a new id`(format: SessionFormat) throws {
        var gateway = Gateway { $0.format = format }
        let (own, other) = (try gateway.signIn(), try gateway.signIn())
        let opened = gateway.open(own)
        let answer = try gateway.close(opened, ("Revoke", "others"), ("Set", #"{"cart":2}"#))
        #expect(answer.outcome == .renewed)
        let next = gateway.open(answer.cookie)
        #expect(next.outcome == .opened && next.idText != opened.idText)
        #expect(exposed("cart", in: next) == .text(Array("2".utf8)))
        #expect(!gateway.isOpen(own) && !gateway.isOpen(other))
        // It stays open through touches and further changes.
        gateway.now += 120
        let touched = try gateway.close(gateway.open(answer.cookie)).cookie
        #expect(gateway.isOpen(touched))
        #expect(gateway.isOpen(try gateway.close(gateway.open(touched), ("Set", #"{"cart":3}"#)).cookie))
    }

    @Test func `all with a renewal is others`() throws {
        var gateway = Gateway()
        let (own, other) = (try gateway.signIn(), try gateway.signIn())
        let answer = try gateway.close(gateway.open(own), ("Revoke", "all"), ("Renew", "1"))
        #expect(gateway.isOpen(answer.cookie) && !gateway.isOpen(own) && !gateway.isOpen(other))
    }

    @Test func `1 ends this session for good, and no other`() throws {
        var gateway = Gateway()
        let (own, other) = (try gateway.signIn(), try gateway.signIn())
        #expect(try gateway.close(gateway.open(own), ("Revoke", "1")).outcome == .cleared)
        // Long after the journal has forgotten that it was cleared.
        gateway.now += SessionJournal.longWindow + 1
        #expect(gateway.open(own).outcome == .revoked && gateway.isOpen(other))
        // The cookie is expired: the browser should not have it any more.
        #expect(try gateway.close(gateway.open(own)).cookie?.isEmpty == true)
        // It needs no subject.
        var plain = Gateway { $0.subject = nil }
        let cookie = try plain.signIn()
        _ = try plain.close(plain.open(cookie), ("Revoke", "1"))
        #expect(plain.open(cookie).outcome == .revoked)
    }

    @Test func `a sign-in may end all other sessions of who signs in`() throws {
        var gateway = Gateway()
        let elsewhere = try gateway.signIn()
        let anonymous = try #require(try gateway.close(gateway.open(nil), ("Set", #"{"cart":1}"#)).cookie)
        let signedIn = try gateway.close(gateway.open(anonymous), ("Set", #"{"user":42}"#), ("Revoke", "others"))
        #expect(gateway.isOpen(signedIn.cookie) && !gateway.isOpen(elsewhere))
    }

    @Test func `a session that was signed in before, and again after, is not void`() throws {
        var gateway = Gateway { $0.renewOn = [] }
        let cookie = try gateway.signIn()
        gateway.now += 50
        let out = try gateway.close(gateway.open(cookie), ("Delete", "user")).cookie
        gateway.now += 50
        #expect(gateway.sessions.revoke(subject: "42", now: gateway.now))
        let back = try gateway.close(gateway.open(out), ("Set", #"{"user":42}"#)).cookie
        #expect(gateway.isOpen(back))
    }

    @Test func `what a slower answer asks of a revoked session is dropped`() throws {
        var gateway = Gateway()
        let cookie = try gateway.signIn()
        let (slow, slower) = (gateway.open(cookie), gateway.open(cookie))
        #expect(gateway.sessions.revoke(subject: "42", now: gateway.now))
        let renewed = try gateway.close(slow, ("Renew", "1"), ("Set", #"{"a":1}"#))
        #expect(renewed.outcome == .gone && renewed.cookie == nil)
        #expect(try gateway.close(slower, ("Clear", "1"), ("Set", #"{"a":1}"#)).outcome == .created)
    }

    @Test func `an operator ends a session by its id`() throws {
        var gateway = Gateway()
        let (first, second) = (try gateway.signIn(), try gateway.signIn())
        #expect(gateway.sessions.revoke(id: text(gateway.open(first).idText), now: gateway.now))
        #expect(!gateway.isOpen(first) && gateway.isOpen(second))
        #expect(!gateway.sessions.revoke(id: "42", now: gateway.now))
        // A twin that is void does not stand before one that is not.
        #expect(gateway.open(first, second).outcome == .opened)
    }

    @Test(arguments: [("42", "42"), (#""42""#, "42"), (#""Ädä \"1\"""#, #"Ädä "1""#)])
    func `a subject may be a number or a text`(value: String, subject: String) throws {
        var gateway = Gateway()
        let cookie = try gateway.signIn(value)
        #expect(gateway.sessions.revoke(subject: "someone", now: gateway.now))
        #expect(gateway.isOpen(cookie))
        #expect(gateway.sessions.revoke(subject: subject, now: gateway.now))
        #expect(!gateway.isOpen(cookie))
    }

    @Test func `an answer of 500 revokes nothing`() throws {
        var gateway = Gateway()
        let cookie = try gateway.signIn()
        _ = try gateway.close(gateway.open(cookie), ("Revoke", "all"), status: 500)
        #expect(gateway.isOpen(cookie) && gateway.memory.denyList.all(now: gateway.now).isEmpty)
    }

    @Test func `revoking by a subject that there is none of is a mistake`() throws {
        var gateway = Gateway { $0.subject = nil }
        let cookie = try gateway.signIn()
        for value in ["all", "others", "yes", ""] {
            let error = #expect(throws: SaveError.self) { try gateway.close(gateway.open(cookie), ("Revoke", value)) }
            guard case .malformed("X-Session-Revoke", _)? = error else {
                Issue.record("\(value): \(String(describing: error))")
                continue
            }
        }
        #expect(!gateway.sessions.revoke(subject: "42", now: gateway.now))
    }

    @Test func `a denial ends when no such cookie would open any more`() throws {
        var gateway = Gateway { $0.idleTimeout = 600 }
        let cookie = try gateway.signIn()
        #expect(gateway.sessions.revoke(subject: "42", now: gateway.now))
        gateway.now += 600
        #expect(gateway.open(cookie).outcome == .expiredIdle)
        #expect(gateway.memory.denyList.all(now: gateway.now).count == 1)
        gateway.now += 301
        #expect(gateway.memory.denyList.all(now: gateway.now).isEmpty)
    }

    @Test func `what was revoked stays so when the times become longer`() throws {
        var gateway = Gateway { $0.idleTimeout = 600 }
        let (mine, byID, other) = (try gateway.signIn(), try gateway.signIn("6"), try gateway.signIn("7"))
        let late = try gateway.signIn("8")
        #expect(gateway.sessions.revoke(subject: "42", now: gateway.now))
        #expect(gateway.sessions.revoke(id: text(gateway.open(byID).idText), now: gateway.now))
        let earlier = gateway.sessions
        gateway.settle { $0.idleTimeout = 3600 }
        // By a request that began before.
        gateway.now += 10
        #expect(earlier.revoke(subject: "8", now: gateway.now))
        gateway.now += 2000
        #expect(gateway.isOpen(other))
        #expect([mine, byID, late].allSatisfy { gateway.open($0).outcome == .revoked })
        #expect(gateway.memory.denyList.all(now: gateway.now).count == 3)
        // And they end.
        gateway.now += 2000
        #expect(gateway.memory.denyList.all(now: gateway.now).isEmpty)
    }

    @Test func `the time of its id travels in the record, and older readers do not mind`() throws {
        var random = SeededRandom()
        for length in 2..<80 {
            let json = Array((#"{"a":""# + String(repeating: "x", count: length) + #""}"#).utf8)
            let id = SessionID(random: &random)
            let plain = SessionRecord(json: json, once: [], id: id, birth: 100, lastSeen: 300)
            let issued = SessionRecord(
                json: json,
                once: Array(#"["a"]"#.utf8),
                id: id,
                birth: 100,
                lastSeen: 300,
                issued: 250
            )
            #expect(SessionRecord(plain.plaintext)?.issued == nil)
            let read = try #require(SessionRecord(issued.plaintext))
            #expect(read.issued == 250 && read.json == json && read.onceNames == ["a"] && read.lastSeen == 300)
            // The lengths at the end are where they were.
            #expect(issued.plaintext.suffix(36).prefix(16) == plain.plaintext.suffix(36).prefix(16))
        }
        // Without a `subject` nothing of it is written.
        var gateway = Gateway { $0.subject = nil }
        let cookie = try gateway.signIn()
        #expect(gateway.open(cookie).identity?.issued == nil)
    }
}
