import Foundation
import LinuxIO
import Redis
import RedisServer
import Sessions
import Testing

/// Denials that several gateways share by one Redis.
struct RedisDenyListTests {
    @Test func `what begins at one gateway is known at the other, and after a restart`() throws {
        let server = try RedisServer()
        let (one, two) = (try TestDenyList(server.url), try TestDenyList(server.url))
        one.carrier.start()
        two.carrier.start()
        one.begin("42")
        two.begin(#"\u00e9 x"#)
        #expect(one.knows("42") && one.isEmptied() && two.isEmptied())
        #expect(two.hears(of: "42") && one.hears(of: #"\u00e9 x"#))
        // They are the same, times and all.
        let sorted = [one, two].map { list in
            list.list.all(now: list.now).map { String(decoding: $0.text, as: UTF8.self) }
        }
        #expect(sorted[0].sorted() == sorted[1].sorted())
        let restarted = try TestDenyList(server.url)
        restarted.carrier.start()
        #expect(restarted.hears(of: "42") && restarted.hears(of: #"\u00e9 x"#))
        #expect(!restarted.shared.hasUnsent, "what others began is not said again")
        #expect(try server.run("XLEN", "test:{denied}") == "2")
        #expect([one, two, restarted].allSatisfy { $0.events.isEmpty })
    }

    @Test func `thousands are read and added page by page`() throws {
        let server = try RedisServer()
        let (one, two) = (try TestDenyList(server.url), try TestDenyList(server.url))
        for number in 0..<2503 {
            let denial = Denial(.subject("\(number)", cookie: "c"), since: one.now, until: one.now + 1000)
            one.list.begin(denial, of: "c", now: one.now)
        }
        one.carrier.start()
        #expect(one.isEmptied())
        #expect(try server.run("XLEN", "test:{denied}") == "2503")
        two.carrier.start()
        #expect(two.loop.turn { two.list.all(now: two.now).count == 2503 })
        one.begin("last")
        #expect(one.isEmptied() && two.hears(of: "last"))
        // Each was read once, however many pages it took.
        let position = String(decoding: two.shared.position, as: UTF8.self)
        #expect(try server.run("XREVRANGE", "test:{denied}", "+", "-", "COUNT", "1").hasPrefix(position))
    }

    @Test func `the list has an end, and sessions of other prefixes have their own`() throws {
        let server = try RedisServer()
        let (one, other) = (try TestDenyList(server.url), try TestDenyList(server.url, prefix: "other:"))
        for list in [one, other] { list.carrier.start() }
        one.begin("42")
        other.begin("7")
        #expect(one.isEmptied() && other.isEmptied())
        #expect(try server.run("KEYS", "*").split(separator: "\n").sorted() == ["other:{denied}", "test:{denied}"])
        let left = try #require(Int(server.run("TTL", "test:{denied}")))
        #expect((990...1000).contains(left))
        let third = try TestDenyList(server.url)
        third.carrier.start()
        #expect(third.hears(of: "42") && !third.knows("7"))
    }

    @Test func `what no cookie can outlive is trimmed`() throws {
        let server = try RedisServer()
        // As if they had been added long ago; Redis trims by whole nodes, of a hundred entries.
        for number in 1...300 {
            try server.run("XADD", "test:{denied}", "\(number)-0", "d", "s 1 2 old")
        }
        let one = try TestDenyList(server.url)
        one.carrier.start()
        one.begin("42")
        #expect(one.isEmptied())
        #expect(try #require(Int(server.run("XLEN", "test:{denied}"))) < 200)
        #expect(one.hears(of: "42") && !one.knows("old") && one.events.isEmpty)
    }

    @Test func `entries that no gateway wrote are skipped, and said once`() throws {
        let server = try RedisServer()
        let end = Int(Date().timeIntervalSince1970) + 500
        let odd = [
            ["d", "nonsense"], ["d", ""], ["x", "y", "z", "w"],
            ["d", "s 1 \(end) " + String(repeating: "x", count: 100_000)],
            ["d", "s 99999999999999 999999999999999 42"], ["d", "i 1 \(end) 42"], ["d", "s 1 \(end) \u{1}"],
        ]
        for entry in odd { try server.run(arguments: ["XADD", "test:{denied}", "*"] + entry) }
        try server.run("XADD", "test:{denied}", "*", "d", "s 1 \(end) good", "more", "for later versions")
        let one = try TestDenyList(server.url)
        one.carrier.start()
        #expect(one.hears(of: "good"))
        #expect(one.list.all(now: one.now).count == 1 && one.events == [.odd])
    }

    @Test func `a key that is no list is said once, and what began waits until it is one`() throws {
        let server = try RedisServer()
        try server.run("SET", "test:{denied}", "x")
        let one = try TestDenyList(server.url)
        one.carrier.start()
        #expect(one.loop.turn { !one.events.isEmpty })
        guard case .failed(let why) = one.events[0] else { return }
        #expect(why.contains("WRONGTYPE"))
        one.begin("42")
        try server.run("DEL", "test:{denied}")
        #expect(one.isEmptied() && one.loop.turn { one.events.count > 1 })
        #expect(one.events.dropFirst() == [.recovered])
    }

    @Test func `what begins while Redis is away is handed over when it is back, and others' are read`() throws {
        let server = try RedisServer()
        let (one, two) = (try TestDenyList(server.url), try TestDenyList(server.url))
        for list in [one, two] { list.carrier.start() }
        one.begin("before")
        #expect(one.isEmptied() && two.hears(of: "before"))
        server.kill()
        one.begin("meanwhile")
        #expect(one.loop.turn { !one.events.isEmpty } && two.loop.turn { !two.events.isEmpty })
        #expect(one.shared.hasUnsent && one.knows("meanwhile"))
        // It comes back empty.
        try server.start()
        #expect(one.isEmptied() && two.hears(of: "meanwhile"))
        #expect(one.loop.turn { one.events.count > 1 } && two.loop.turn { two.events.count > 1 })
        for list in [one, two] {
            guard case .failed = list.events[0] else {
                Issue.record("\(list.events)")
                return
            }
            #expect(list.events.dropFirst() == [.recovered])
        }
        #expect(two.knows("before"))
    }

    @Test func `a list that was begun anew is read from its start`() throws {
        let server = try RedisServer()
        let one = try TestDenyList(server.url)
        one.carrier.start()
        one.begin("42")
        #expect(one.isEmptied() && one.loop.turn { !one.shared.position.isEmpty })
        let end = Int(Date().timeIntervalSince1970) + 500
        // By a clock that was behind.
        try server.run("DEL", "test:{denied}")
        try server.run("XADD", "test:{denied}", "5-1", "d", "s 1 \(end) anew")
        #expect(one.hears(of: "anew"))
        #expect(one.loop.turn { one.shared.position == Array("5-1".utf8) })
    }

    @Test func `a full Redis is read all the same`() throws {
        let server = try RedisServer(options: ["--maxmemory-policy", "noeviction"])
        let (one, two) = (try TestDenyList(server.url), try TestDenyList(server.url))
        for list in [one, two] { list.carrier.start() }
        two.begin("42")
        #expect(two.isEmptied())
        try server.run("CONFIG", "SET", "maxmemory", "1")
        one.begin("7")
        #expect(one.hears(of: "42") && one.shared.hasUnsent)
        #expect(one.loop.turn { !one.events.isEmpty })
        try server.run("CONFIG", "SET", "maxmemory", "0")
        #expect(one.isEmptied() && two.hears(of: "7"))
        #expect(one.loop.turn { one.events.last == .recovered } && one.events.count == 2)
    }

    @Test func `a gateway that reads its route file again goes on where it was`() throws {
        let server = try RedisServer()
        let one = try TestDenyList(server.url)
        one.carrier.start()
        one.begin("42")
        #expect(one.isEmptied() && one.loop.turn { !one.shared.position.isEmpty })
        one.carrier.stop()
        one.begin("meanwhile")
        let again = try TestDenyList(server.url, list: one.list)
        #expect(again.shared === one.shared && again.shared.position == one.shared.position)
        again.carrier.start()
        #expect(again.isEmptied() && again.knows("42"))
        #expect(try server.run("XLEN", "test:{denied}") == "2")
    }
}
