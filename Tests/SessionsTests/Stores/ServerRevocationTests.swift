import Testing

@testable import Sessions

/// Sessions in a server store that are void though the store still has them.
struct ServerRevocationTests {
    /// A gateway with a memory store and a deny list, and the tokens of several browsers.
    private struct Gateway {
        let server: ServerSessions
        let store: MemoryStore
        let memory = SessionMemory()
        var now: Int64 = 1_800_000_000
        var random = SeededRandom(3)
        /// What the store says to a save in place of doing it.
        var refusal: StoreAnswer?

        init(_ change: (inout SessionSettings) -> Void = { _ in }) {
            let settings = SessionSettings.testing {
                $0.store = .memory
                $0.subject = "user"
                $0.renewOn = ["user"]
                change(&$0)
            }
            server = ServerSessions(CookieSessions(settings, memory: memory))
            store = MemoryStore(times: StoreTimes(settings))
        }

        var cookies: CookieSessions { server.cookies }

        func open(_ cookies: String?...) throws -> OpenedSession {
            var opened = server.begin([UInt8]().span, flashCandidates: [], now: now)
            for cookie in cookies.compactMap({ $0 }) {
                let bytes = Array(cookie.utf8)
                guard let token = server.token(bytes.span, 0..<bytes.count, for: &opened) else { continue }
                try server.took(store.ask(.open(token.key), now: now), of: token, into: &opened, now: now)
            }
            return opened
        }

        mutating func close(
            _ opened: OpenedSession,
            _ fields: (String, String)...,
            status: Int = 200
        ) throws -> (outcome: CloseOutcome, cookie: String?) {
            let answer = Answer(status: status, fields: fields.map { (name: $0.0, value: $0.1) })
            let save = try server.plan(
                opened,
                changes: answer.changes(),
                status: status,
                isPage: true,
                secureConnection: false,
                now: now,
                random: &random
            )
            let stored = save.request.map { refusal ?? store.ask($0, now: now) }
            if let stored { server.finish(save, stored, now: now) }
            let closed = try server.close(
                save,
                stored,
                of: opened,
                secureConnection: false,
                now: now
            )
            let cookie = closed.setCookies.first.map { text($0).prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst() }
            return (closed.outcome, cookie.map(String.init))
        }

        mutating func signIn(_ user: String = "42") throws -> String {
            let anonymous = try #require(try close(open(), ("Set", #"{"cart":1}"#)).cookie)
            // Without a renewal the browser keeps the cookie it has.
            return try close(open(anonymous), ("Set", #"{"user":\#(user)}"#)).cookie ?? anonymous
        }

        func isOpen(_ cookie: String?) throws -> Bool { try open(cookie).outcome == .opened }
    }

    @Test func `all ends every session of the subject, and no other`() throws {
        var gateway = Gateway()
        let mine = [try gateway.signIn(), try gateway.signIn()]
        let other = try gateway.signIn("7")
        let anonymous = try #require(try gateway.close(gateway.open(), ("Set", #"{"cart":1}"#)).cookie)
        gateway.now += 100
        let answer = try gateway.close(gateway.open(mine[0]), ("Revoke", "all"))
        #expect(answer.outcome == .cleared && answer.cookie?.isEmpty == true)
        #expect(try gateway.open(mine[0]).outcome == .unknownID)
        #expect(try gateway.open(mine[1]).outcome == .revoked)
        #expect(try gateway.isOpen(other) && gateway.isOpen(anonymous))
        // And who signs in again, in the same second, is in.
        let again = try gateway.signIn()
        #expect(try gateway.isOpen(again))
        gateway.now += 20_000
        #expect(try gateway.isOpen(again) && !gateway.isOpen(mine[1]))
        // A twin that is void does not stand before one that is not.
        #expect(try gateway.open(mine[1], again).outcome == .opened)
    }

    @Test(arguments: [[("Revoke", "others")], [("Revoke", "all"), ("Renew", "1")]])
    func `others leaves this one, under a new id`(fields: [(String, String)]) throws {
        var gateway = Gateway()
        let (own, other) = (try gateway.signIn(), try gateway.signIn())
        let opened = try gateway.open(own)
        let answer =
            fields.count == 1
            ? try gateway.close(opened, fields[0], ("Set", #"{"cart":2}"#))
            : try gateway.close(opened, fields[0], fields[1], ("Set", #"{"cart":2}"#))
        #expect(answer.outcome == .renewed)
        let next = try gateway.open(answer.cookie)
        #expect(next.outcome == .opened && next.idText != opened.idText)
        #expect(exposed("cart", in: next) == .text(Array("2".utf8)))
        #expect(try !gateway.isOpen(own) && !gateway.isOpen(other))
        // It stays open through touches and further changes.
        gateway.now += 120
        #expect(try gateway.close(gateway.open(answer.cookie)).outcome == .touched)
        #expect(try gateway.close(gateway.open(answer.cookie), ("Set", #"{"cart":3}"#)).outcome == .changed)
        #expect(try gateway.isOpen(answer.cookie))
    }

    @Test func `all with values after it begins another session`() throws {
        var gateway = Gateway()
        let (own, other) = (try gateway.signIn(), try gateway.signIn())
        let answer = try gateway.close(gateway.open(own), ("Revoke", "all"), ("Set", #"{"user":42}"#))
        #expect(answer.outcome == .created)
        #expect(try gateway.isOpen(answer.cookie) && !gateway.isOpen(own) && !gateway.isOpen(other))
    }

    @Test func `1 deletes this session, and no other`() throws {
        var gateway = Gateway { $0.subject = nil }
        let (own, other) = (try gateway.signIn(), try gateway.signIn())
        #expect(try gateway.close(gateway.open(own), ("Revoke", "1")).outcome == .cleared)
        #expect(try gateway.open(own).outcome == .unknownID && gateway.isOpen(other))
        #expect(gateway.memory.denyList.all(now: gateway.now).isEmpty)
    }

    @Test func `a sign-in may end all other sessions of who signs in`() throws {
        var gateway = Gateway()
        let elsewhere = try gateway.signIn()
        let anonymous = try #require(try gateway.close(gateway.open(), ("Set", #"{"cart":1}"#)).cookie)
        let opened = try gateway.open(anonymous)
        let signedIn = try gateway.close(opened, ("Set", #"{"user":42}"#), ("Revoke", "others"))
        #expect(try gateway.isOpen(signedIn.cookie) && !gateway.isOpen(elsewhere))
        // Without a session before it, too.
        let first = try gateway.close(gateway.open(), ("Set", #"{"user":42}"#), ("Revoke", "others"))
        #expect(first.outcome == .created)
        #expect(try gateway.isOpen(first.cookie))
    }

    @Test func `a session that gets its subject anew is not void, whether or not it is renewed`() throws {
        for renewOn in [[], ["user"]] {
            var gateway = Gateway { $0.renewOn = renewOn }
            var cookie = try gateway.signIn("7")
            gateway.now += 100
            #expect(gateway.cookies.revoke(subject: "42", now: gateway.now))
            let back = try gateway.close(gateway.open(cookie), ("Set", #"{"user":42}"#))
            cookie = back.cookie ?? cookie
            #expect(back.outcome == (renewOn.isEmpty ? .changed : .renewed))
            #expect(try gateway.isOpen(cookie))
            // The next denial ends it.
            gateway.now += 1
            #expect(gateway.cookies.revoke(subject: "42", now: gateway.now))
            #expect(try !gateway.isOpen(cookie))
        }
    }

    @Test func `what a slower answer asks of a revoked session is dropped`() throws {
        var gateway = Gateway()
        let cookie = try gateway.signIn()
        let slow = try (0..<5).map { _ in try gateway.open(cookie) }
        #expect(gateway.cookies.revoke(subject: "42", now: gateway.now))
        gateway.now += 70
        let renewed = try gateway.close(slow[0], ("Renew", "1"), ("Set", #"{"a":1}"#))
        #expect(renewed.outcome == .gone && renewed.cookie == nil)
        // Nor does it end what has begun since.
        let again = try gateway.signIn()
        #expect(try gateway.close(slow[1], ("Revoke", "all")).outcome == .gone)
        #expect(try gateway.close(slow[2], ("Revoke", "others")).outcome == .gone)
        #expect(try gateway.isOpen(again))
        // Who clears it and begins another has that.
        let other = try gateway.close(slow[3], ("Clear", "1"), ("Set", #"{"user":42}"#))
        #expect(other.outcome == .created)
        #expect(try gateway.isOpen(other.cookie) && !gateway.isOpen(cookie))
    }

    @Test func `nothing is ended when the store fails, and it is when the session is gone`() throws {
        var gateway = Gateway()
        let (own, other) = (try gateway.signIn(), try gateway.signIn())
        gateway.refusal = .failed(why: "away")
        for value in ["all", "others"] {
            #expect(throws: SaveError.unavailable(why: "away")) {
                try gateway.close(gateway.open(own), ("Revoke", value))
            }
        }
        #expect(try gateway.isOpen(own) && gateway.isOpen(other))
        gateway.refusal = .gone
        _ = try gateway.close(gateway.open(own), ("Revoke", "others"))
        #expect(try !gateway.isOpen(other))
    }

    @Test func `an answer of 500 revokes nothing, and without a subject it is a mistake`() throws {
        var gateway = Gateway()
        let cookie = try gateway.signIn()
        _ = try gateway.close(gateway.open(cookie), ("Revoke", "all"), status: 500)
        #expect(try gateway.isOpen(cookie) && gateway.memory.denyList.all(now: gateway.now).isEmpty)
        var plain = Gateway { $0.subject = nil }
        let other = try plain.signIn()
        for value in ["all", "others"] {
            let error = #expect(throws: SaveError.self) { try plain.close(plain.open(other), ("Revoke", value)) }
            guard case .malformed("X-Session-Revoke", _)? = error else {
                Issue.record("\(value): \(String(describing: error))")
                continue
            }
        }
    }

    @Test func `the cookie of a revoked session is expired, but not while another may be on its way`() throws {
        var gateway = Gateway()
        let cookie = try gateway.signIn()
        let id = try text(gateway.open(cookie).idText)
        #expect(gateway.cookies.revoke(id: id, now: gateway.now))
        #expect(try gateway.close(gateway.open(cookie)).cookie == nil)
        gateway.now += JournalEntry.grace
        let answer = try gateway.close(gateway.open(cookie))
        #expect(answer.outcome == .expired && answer.cookie?.isEmpty == true)
    }

    @Test func `without a subject no time is noted, and a session is as old as its birth`() throws {
        for subject in [nil, "user"] {
            var gateway = Gateway { $0.subject = subject }
            let start = gateway.now
            let anonymous = try #require(try gateway.close(gateway.open(), ("Set", #"{"cart":1}"#)).cookie)
            #expect(try gateway.open(anonymous).stored?.issued == start)
            gateway.now += 50
            let cookie = try gateway.close(gateway.open(anonymous), ("Set", #"{"user":1}"#)).cookie
            #expect(try gateway.open(cookie).stored?.issued == (subject == nil ? start : start + 50))
            #expect(try gateway.open(cookie).birth == start)
        }
    }
}
