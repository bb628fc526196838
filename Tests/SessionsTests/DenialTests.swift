import Testing

@testable import Sessions

/// Denials as other gateways have them.
struct DenialTests {
    private static let now: Int64 = 1_800_000_000

    private func read(_ text: String) -> Denial? {
        Denial(text: Array(text.utf8).span, cookie: "c", now: Self.now)
    }

    @Test func `a denial is what it was after its way as text`() throws {
        var random = SeededRandom()
        let subjects = ["42", "a b", #"\u00c4d\u00e4 \"1\""#, " ", "x" + String(repeating: "y", count: 511)]
        let targets =
            subjects.map { Denial.Target.subject($0, cookie: "c") }
            + (0..<3).map { _ in .id(SessionID(random: &random)) }
        for target in targets {
            let denial = Denial(target, since: Self.now, until: Self.now + 86_701)
            #expect(denial.text.count <= Denial.longestText)
            #expect(read(text(denial.text)) == denial)
        }
    }

    @Test func `what no gateway writes is no denial`() {
        let id = String(repeating: "0", count: 32)
        #expect(read("i 1 2 \(id)") != nil && read("s 1 2 42") != nil)
        let odd = [
            "", " ", "   ", "s", "s 1 2", "s 1 2 ", "S 1 2 42", "x 1 2 42", "s -1 2 42", "s 1 1 42", "s 2 1 42",
            "s 1  42",
            "s  1 2 42", "s 1 9999999999999999 42", "s 0x1 2 42", "s 1 2 \u{7F}", "s 1 2 ä", "s 1 2 a\n", "s 1 2 \u{0}",
            "s \(Self.now + 86_401) \(Self.now + 90_000) 42", "i 1 2 42", "i 1 2 \(id)0", "i 1 2 \(id.dropLast())g",
            "i 1 2 \(id) ", "s 1 2 \(String(repeating: "x", count: 513))", String(repeating: "x", count: 100_000),
        ]
        for text in odd { #expect(read(text) == nil, "\(text.prefix(60))") }
    }

    @Test func `a long subject stands as its hash, and is found by it`() throws {
        let memory = SessionMemory()
        let sessions = CookieSessions(.testing { $0.subject = "user" }, memory: memory)
        let long = String(repeating: "x", count: 600)
        #expect(sessions.revoke(subject: long, now: Self.now))
        let denial = try #require(memory.denyList.all(now: Self.now).first)
        #expect(read(text(denial.text).replacing("_gateway_session", with: "c")) != nil && denial.text.count < 100)
        let identity = OpenedSession.Identity(
            id: SessionID(high: 1, low: 2),
            birth: Self.now,
            lastSeen: Self.now,
            issued: nil
        )
        #expect(sessions.denial(identity, Array(#"{"user":"\#(long)"}"#.utf8), now: Self.now) != nil)
        #expect(sessions.denial(identity, Array(#"{"user":"\#(long)y"}"#.utf8), now: Self.now) == nil)
        // And nobody is called as it stands there.
        guard case .subject(let name, _) = denial.target else { return }
        #expect(sessions.denial(identity, Array(#"{"user":"\\#(name)"}"#.utf8), now: Self.now) == nil)
    }

    @Test func `what begins here waits to be shared, what was said elsewhere does not`() throws {
        let list = DenyList()
        let told = Told()
        list.whenThereIsOneToShare { told.add() }
        let mine = Denial(.subject("b", cookie: "c"), since: 1, until: 9)
        list.begin(mine, of: "c", now: 1)
        #expect(told.count == 0)
        let shared = try #require(list.share([("c", "here"), ("d", "here")])["c"])
        #expect(!shared.hasUnsent, "it began when nobody shared it")
        list.add(Denial(.subject("a", cookie: "c"), since: 1, until: 9), now: 1)
        list.begin(Denial(.subject("b", cookie: "e"), since: 1, until: 9), of: "e", now: 1)
        #expect(!shared.hasUnsent && told.count == 0)
        list.begin(mine, of: "c", now: 1)
        #expect(shared.unsent() == [mine] && told.count == 1)
        shared.position = Array("7-0".utf8)
        // Where it stays, all stays; where it goes elsewhere, what waits goes with it.
        #expect(list.share([("c", "here")])["c"] === shared)
        let moved = try #require(list.share([("c", "there")])["c"])
        #expect(moved.unsent() == [mine] && moved.position.isEmpty)
        moved.sent([mine])
        #expect(!moved.hasUnsent)
    }

    @Test func `no more wait than may, and it is known how many were lost`() throws {
        let list = DenyList(most: 10)
        let shared = try #require(list.share([("c", "here")])["c"])
        for number in 0...SharedDenials.mostUnsent {
            list.begin(Denial(.subject("\(number)", cookie: "c"), since: 1, until: 9), of: "c", now: 1)
        }
        let waiting = shared.unsent()
        let lost = shared.takeLost()
        #expect(lost > 0 && waiting.count + lost == SharedDenials.mostUnsent + 1)
        #expect(shared.takeLost() == 0)
        guard case .subject(let first, _)? = waiting.first?.target else { return }
        #expect(first == "\(lost)")
        // What was handed over, but was dropped meanwhile, takes nothing else with it.
        shared.sent([Denial(.subject("0", cookie: "c"), since: 1, until: 9)])
        #expect(shared.unsent().count == waiting.count)
        shared.sent(Array(waiting.prefix(500)))
        #expect(shared.unsent(most: 1) == [waiting[500]])
    }
}
