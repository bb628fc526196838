import Testing

@testable import Sessions

/// What the journal does for requests of one browser that overlap, case by case.
struct JournalTests {
    private static let start: Int64 = 1_800_000_000

    /// A gateway that remembers, and a browser whose requests are opened and closed one by one.
    private final class Gateway {
        let sessions: CookieSessions
        let memory: SessionMemory
        var now = JournalTests.start
        var random = SeededRandom(7)

        init(
            memory: SessionMemory = SessionMemory(),
            _ change: (inout SessionSettings) -> Void = { $0.renewOn = ["user"] }
        ) {
            self.memory = memory
            sessions = CookieSessions(.testing(change), memory: memory)
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

        func close(
            _ opened: OpenedSession,
            _ answer: Answer = Answer()
        ) throws -> (outcome: CloseOutcome, cookie: String?) {
            let closed = try sessions.close(
                opened,
                changes: answer.changes(),
                status: answer.status,
                isPage: true,
                secureConnection: false,
                now: now,
                random: &random
            )
            #expect(closed.setCookies.count <= 1)
            let cookie = closed.setCookies.first.map { text($0).prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst() }
            return (closed.outcome, cookie.map(String.init))
        }

        func begin(_ values: String) throws -> String {
            try #require(try close(open(nil), .ok(("Set", values))).cookie)
        }

        func shown(_ cookie: String?) -> String { text(open(cookie).json) }
    }

    @Test func `of two answers to requests with the same cookie both changes stay`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"a":1,"b":1,"c":1}"#)
        let (first, second, third) = (gateway.open(cookie), gateway.open(cookie), gateway.open(cookie))
        _ = try gateway.close(first, .ok(("Set", #"{"a":2}"#)))
        _ = try gateway.close(second, .ok(("Set", #"{"b":2}"#)))
        let last = try gateway.close(third, .ok(("Delete", "c")))
        #expect(last.outcome == .changed)
        #expect(gateway.shown(last.cookie) == #"{"a":2,"b":2}"#)
    }

    @Test func `messages too large for their cookie fail the save as a whole`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"a":1}"#)
        let message = #"{"info":"\#(String(repeating: "m", count: 4000))"}"#
        #expect(throws: SaveError.self) {
            try gateway.close(gateway.open(cookie), .ok(("Set", #"{"a":2}"#), ("Flash", message)))
        }
        #expect(gateway.shown(cookie) == #"{"a":1}"#)
    }

    @Test func `an older version shows the newest values, and the answer brings the newest cookie`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"a":1}"#)
        let newest = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"a":2}"#))).cookie
        let late = gateway.open(cookie)
        #expect(text(late.json) == #"{"a":2}"#)
        let healed = try gateway.close(late)
        #expect(healed.outcome == .touched && healed.cookie == newest)
        // And no further cookie, however many such requests there are.
        #expect(try gateway.close(gateway.open(cookie)).cookie == newest)
        #expect(try gateway.close(gateway.open(newest)).cookie == nil)
        #expect(try gateway.close(gateway.open(cookie), .status(500)).cookie == nil)
    }

    @Test func `a request that changes nothing writes nothing down`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"a":1}"#)
        for answer in [.ok(), .ok(("Set", #"{"a":1}"#)), .status(502, ("Set", #"{"a":2}"#))] as [Answer] {
            #expect(try gateway.close(gateway.open(cookie), answer).cookie == nil)
        }
        #expect(gateway.memory.journal.count == 0)
    }

    @Test func `a slow touch does not bring older values back`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"a":1}"#)
        gateway.now += 120
        let slow = gateway.open(cookie)
        let changed = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"a":2}"#))).cookie
        // Last-seen was moved with the change.
        #expect(try gateway.close(slow).cookie == nil)
        #expect(gateway.shown(changed) == #"{"a":2}"#)
    }

    @Test func `what a slower answer asks of a cleared session is dropped`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"a":1}"#)
        let (slow, slower) = (gateway.open(cookie), gateway.open(cookie))
        #expect(try gateway.close(gateway.open(cookie), .ok(("Clear", "1"))).outcome == .cleared)
        let dropped = try gateway.close(slow, .ok(("Set", #"{"b":1}"#)))
        #expect(dropped.outcome == .gone && dropped.cookie == nil)
        gateway.now += SessionJournal.longWindow - 1
        #expect(try gateway.close(slower, .ok(("Set", #"{"b":1}"#), ("Renew", "1"))).outcome == .gone)
    }

    @Test func `a cleared session's cookie opens nothing, and is expired if the browser still has it later`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"a":1}"#)
        _ = try gateway.close(gateway.open(cookie), .ok(("Clear", "1")))
        let replayed = gateway.open(cookie)
        #expect(replayed.outcome == .revoked && replayed.idText.isEmpty && text(replayed.json) == "{}")
        // The answer that expires it is on its way; a second expiry could hit the cookie that follows.
        #expect(try gateway.close(replayed).cookie == nil)
        gateway.now += JournalEntry.grace
        #expect(try gateway.close(gateway.open(cookie)).cookie?.isEmpty == true)
    }

    @Test func `a session begun in a cleared one's place is not expired by those that come after`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"a":1}"#)
        _ = try gateway.close(gateway.open(cookie), .ok(("Clear", "1")))
        gateway.now += JournalEntry.grace
        let slow = gateway.open(cookie)
        let begun = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"b":1}"#)))
        #expect(begun.outcome == .created)
        #expect(try gateway.close(slow).cookie == nil)
        #expect(try gateway.close(gateway.open(cookie)).cookie == nil)
    }

    @Test func `a twin that is gone does not stand before one that is not`() throws {
        let gateway = Gateway()
        let first = try gateway.begin(#"{"a":1}"#)
        gateway.now += 5
        let second = try gateway.begin(#"{"b":1}"#)
        #expect(text(gateway.open(first, second).json) == #"{"b":1}"#)
        _ = try gateway.close(gateway.open(second), .ok(("Clear", "1")))
        #expect(text(gateway.open(first, second).json) == #"{"a":1}"#)
        #expect(gateway.open(second, second).outcome == .revoked)
    }

    @Test func `what a slower answer sets is the renewed session's, but its cookie is not handed to the old one`()
        throws
    {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"cart":1}"#)
        let slow = gateway.open(cookie)
        let signedIn = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"user":42}"#)))
        #expect(signedIn.outcome == .renewed)
        #expect(try gateway.close(slow, .ok(("Set", #"{"cart":2}"#), ("Renew", "1"))).cookie == nil)
        // Who has the cookie from before the sign-in is not signed in by it.
        #expect(gateway.shown(cookie) == #"{"cart":1}"#)
        #expect(try gateway.close(gateway.open(cookie)).cookie == nil)
        let next = gateway.open(signedIn.cookie)
        #expect(text(next.json) == #"{"cart":2,"user":42}"#)
        let brought = try #require(try gateway.close(next).cookie)
        gateway.now += SessionJournal.longWindow
        #expect(gateway.shown(brought) == #"{"cart":2,"user":42}"#)
    }

    @Test func `a sign-out under the old id ends the renewed session`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"cart":1}"#)
        let slow = gateway.open(cookie)
        let signedIn = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"user":42}"#))).cookie
        #expect(try gateway.close(slow, .ok(("Clear", "1"))).outcome == .cleared)
        #expect(gateway.open(signedIn).outcome == .revoked && gateway.open(cookie).outcome == .revoked)
    }

    @Test func `an old cookie of a renewed session goes on for itself after a while`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"cart":1}"#)
        let signedIn = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"user":42}"#))).cookie
        gateway.now += JournalEntry.grace
        let fork = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"cart":9}"#)))
        #expect(gateway.shown(fork.cookie) == #"{"cart":9}"#)
        #expect(gateway.shown(signedIn) == #"{"cart":1,"user":42}"#)
    }

    @Test func `what is set while another answer deletes the last value is kept`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"draft":1}"#)
        let (slow, slower) = (gateway.open(cookie), gateway.open(cookie))
        #expect(try gateway.close(gateway.open(cookie), .ok(("Delete", "draft"))).outcome == .cleared)
        #expect(gateway.open(cookie).outcome == .revoked)
        let begun = try gateway.close(slow, .ok(("Set", #"{"a":1}"#)))
        #expect(begun.outcome == .created && gateway.shown(begun.cookie) == #"{"a":1}"#)
        _ = try gateway.close(slower, .ok(("Set", #"{"b":1}"#)))
        #expect(gateway.shown(begun.cookie) == #"{"a":1,"b":1}"#)
        #expect(gateway.open(cookie).outcome == .revoked)
    }

    @Test func `a value for one request is not brought back by a parallel one, and one set anew is not taken`() throws {
        let gateway = Gateway()
        let cookie = try #require(
            try gateway.close(gateway.open(nil), .ok(("Set", #"{"a":1}"#), ("Set-Once", #"{"t":1}"#))).cookie
        )
        let requests = (0..<3).map { _ in gateway.open(cookie) }
        // Both were handed the value before either answer came.
        #expect(requests.allSatisfy { text($0.json).contains(#""t":1"#) })
        let used = try gateway.close(requests[0])
        #expect(gateway.shown(used.cookie) == #"{"a":1}"#)
        let changed = try gateway.close(requests[1], .ok(("Set-Once", #"{"t":2}"#)))
        _ = try gateway.close(requests[2], .ok(("Set", #"{"a":2}"#)))
        #expect(gateway.shown(changed.cookie) == #"{"a":2,"t":2}"#)
    }

    @Test func `another gateway's version is taken as it is`() throws {
        let (gateway, other) = (Gateway(), Gateway())
        let cookie = try gateway.begin(#"{"a":1}"#)
        let here = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"a":2}"#))).cookie
        let there = try other.close(other.open(here), .ok(("Set", #"{"b":2}"#))).cookie
        #expect(gateway.shown(there) == #"{"a":2,"b":2}"#)
        let last = try gateway.close(gateway.open(there), .ok(("Set", #"{"c":2}"#))).cookie
        #expect(gateway.shown(last) == #"{"a":2,"b":2,"c":2}"#)
        #expect(gateway.shown(here) == #"{"a":2,"b":2,"c":2}"#)
    }

    @Test func `a minute later the journal has forgotten a change`() throws {
        let gateway = Gateway()
        let cookie = try gateway.begin(#"{"a":1}"#)
        _ = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"a":2}"#)))
        gateway.now += SessionJournal.window - 1
        #expect(gateway.shown(cookie) == #"{"a":2}"#)
        gateway.now += 1
        #expect(gateway.shown(cookie) == #"{"a":1}"#)
    }

    @Test func `the journal keeps to its size, the oldest going first`() throws {
        let gateway = Gateway(memory: SessionMemory(journal: SessionJournal(mostBytes: 64 * 4096)))
        var cookies: [(old: String, new: String?)] = []
        for number in 0..<2000 {
            let cookie = try gateway.begin(#"{"a":1}"#)
            cookies.append((cookie, try gateway.close(gateway.open(cookie), .ok(("Set", #"{"a":\#(number)}"#))).cookie))
        }
        #expect(gateway.memory.journal.bytes <= 64 * 4096)
        #expect((100..<1000).contains(gateway.memory.journal.count))
        #expect(gateway.shown(cookies[0].old) == #"{"a":1}"#)
        #expect(gateway.shown(cookies[1999].old) == #"{"a":1999}"#)
    }

    @Test func `what is too old is dropped when something new is written`() throws {
        let gateway = Gateway()
        for _ in 0..<500 {
            let cookie = try gateway.begin(#"{"a":1}"#)
            _ = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"a":2}"#)))
        }
        #expect(gateway.memory.journal.count == 500)
        gateway.now += SessionJournal.window
        for _ in 0..<500 {
            let cookie = try gateway.begin(#"{"a":1}"#)
            _ = try gateway.close(gateway.open(cookie), .ok(("Set", #"{"a":2}"#)))
        }
        #expect(gateway.memory.journal.count < 550)
    }

    @Test func `threads that change one session at the same time lose nothing`() async throws {
        let memory = SessionMemory()
        let cookie = try Gateway(memory: memory).begin(#"{"base":0}"#)
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    let gateway = Gateway(memory: memory)
                    gateway.random = SeededRandom(UInt64(100 + thread))
                    // All came with the first cookie, whatever the others have changed since.
                    for number in 0..<25 {
                        let set = (name: "Set", value: #"{"t\#(thread)n\#(number)":1}"#)
                        _ = try? gateway.close(gateway.open(cookie), Answer(status: 200, fields: [set]))
                    }
                }
            }
        }
        let values = try SessionValues(json: Gateway(memory: memory).open(cookie).json.span)
        #expect(values.count == 101)
    }

    @Test func `gorilla's cookies lose nothing either`() throws {
        let gateway = Gateway { $0.format = .gorilla }
        let cookie = try gateway.begin(#"{"a":1,"b":1}"#)
        let (first, second) = (gateway.open(cookie), gateway.open(cookie))
        _ = try gateway.close(first, .ok(("Set", #"{"a":2}"#)))
        let last = try gateway.close(second, .ok(("Set", #"{"b":2}"#), ("Flash", #"{"k":"m"}"#)))
        let next = gateway.open(last.cookie)
        #expect(text(next.json) == #"{"a":2,"b":2}"# && text(next.flashJSON) == #"{"k":["m"]}"#)
        _ = try gateway.close(gateway.open(last.cookie), .ok(("Clear", "1")))
        #expect(try gateway.close(next, .ok(("Set", #"{"c":2}"#))).outcome == .gone)
    }
}
