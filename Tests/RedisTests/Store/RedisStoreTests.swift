import Foundation
import LinuxIO
import Redis
import RedisServer
import Sessions
import Testing

struct RedisStoreTests {
    private static let now: Int64 = 1_800_000_000

    @Test(arguments: StoreObligation.allCases)
    func `redis keeps its promise`(_ obligation: StoreObligation) throws {
        let server = try RedisServer()
        var settings = SessionSettings()
        settings.lifetime = 300_000
        let times = StoreTimes(settings)
        let store = try TestStore(server.url, times: times)
        try obligation.hold(for: StoreUnderTest(times: times) { try store.ask($0, $1) })
    }

    @Test(arguments: [":-9223372036854775808", ":3", ":9223372036854775807", "*0", "+OK", "$-1", ":-262145"])
    func `what no script says fails the request, or is a size`(reply: String) throws {
        let server = try FakeRedis(answering: reply + "\r\n")
        let store = try TestStore(server.url)
        var script = StoreScript(1)
        let waiter = store.begin(.apply(script.key(), StoreScript.set(["a": "1"])), Self.now)
        let isAnswered = store.loop.turn {
            server.turn()
            return waiter.answer != nil
        }
        #expect(isAnswered)
        switch waiter.answer {
        case .tooLarge(let size): #expect(reply.hasPrefix(":-") && size > StoredValues.largest)
        case .failed: #expect(!reply.hasPrefix(":-"))
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    /// A store under test, and a key with the values a and b.
    private func session(
        _ server: RedisServer,
        prefix: String = "test:"
    ) throws -> (TestStore, StoreUnderTest, StoreScript, StoreKey) {
        let store = try TestStore(server.url, prefix: prefix)
        let under = StoreUnderTest(times: StoreTimes(SessionSettings())) { try store.ask($0, $1) }
        var script = StoreScript(UInt64.random(in: 0...UInt64.max))
        let key = script.key()
        #expect(try under.word(.create(key, StoreScript.set(["a": "1", "b": "2"])), Self.now) == "done")
        return (store, under, script, key)
    }

    @Test func `two gateways that change different values at the same time both win`() throws {
        let server = try RedisServer()
        let (first, under, _, key) = try session(server)
        let second = try TestStore(server.url)
        // Both have opened the session before either changes it.
        #expect(try second.ask(.open(key), Self.now).isOpened && first.ask(.open(key), Self.now).isOpened)
        let one = first.begin(.apply(key, StoreScript.set(["a": "10"])), Self.now)
        let two = second.begin(.apply(key, StoreScript.set(["c": "30"])), Self.now)
        #expect(first.loop.turn { one.answer != nil } && second.loop.turn { two.answer != nil })
        #expect(try under.values(key, Self.now) == ["\"a\"": "10", "\"b\"": "2", "\"c\"": "30"])
        #expect(one.count == 1 && two.count == 1)
    }

    @Test func `what one gateway deletes no slower request of another brings back`() throws {
        let server = try RedisServer()
        let (first, under, _, key) = try session(server)
        let second = try TestStore(server.url)
        #expect(try second.ask(.open(key), Self.now).isOpened)
        _ = try first.ask(.delete(key), Self.now)
        guard case .gone = try second.ask(.apply(key, StoreScript.set(["a": "9"])), Self.now) else {
            Issue.record("it was written")
            return
        }
        #expect(try under.values(key, Self.now) == nil)
        #expect(try server.run("DBSIZE") == "0")
    }

    @Test func `scripts that Redis has forgotten are sent again`() throws {
        let server = try RedisServer()
        let (_, under, _, key) = try session(server)
        try server.run("SCRIPT", "FLUSH")
        #expect(try under.word(.apply(key, StoreScript.set(["c": "3"])), Self.now) == "done")
        #expect(try under.values(key, Self.now)?.count == 3)
        // By its digest the second time.
        #expect(try under.word(.apply(key, StoreScript.set(["c": "4"])), Self.now) == "done")
        let calls = try server.run("INFO", "commandstats")
        #expect(calls.contains("cmdstat_eval:calls=2,") && calls.contains("cmdstat_evalsha:calls=3,"))
    }

    @Test func `keys are under the prefix and in one slot, have an end, and hold neither token nor id in plain`() throws
    {
        let server = try RedisServer()
        let (_, under, script, key) = try session(server)
        var random = script
        let new = random.key(renewing: key)
        #expect(try under.word(.renew(key, to: new, StoreOperations()), Self.now) == "done")
        let keys = try server.run("KEYS", "*").split(separator: "\n").map(String.init)
        #expect(keys.count == 2)
        for text in keys {
            #expect(text.hasPrefix("test:{\(String(key.tag, radix: 16).leftPadded(to: 16))}:"))
            #expect(text.utf8.count == 5 + 18 + 1 + 64)
        }
        let times = try keys.map { try #require(Int(server.run("TTL", $0))) }.sorted()
        #expect((9...10).contains(times[0]) && (86_390...86_400).contains(times[1]))
        // What an operator has of the log leads to the key.
        let id = new.id.text.map { String(UnicodeScalar($0)) }.joined()
        #expect(keys.contains { $0.contains(":\(id)") })
    }

    @Test func `the end in Redis moves with last-seen, and never beyond the lifetime`() throws {
        let server = try RedisServer()
        let (_, under, _, key) = try session(server)
        let name = try server.run("KEYS", "*")
        #expect(try under.word(.apply(key, StoreOperations()), Self.now + 86_000) == "done")
        #expect((86_390...86_400).contains(try #require(Int(server.run("TTL", name)))))
        var time = Self.now
        while time < Self.now + 2_592_000 - 80_000 {
            time += 80_000
            _ = try under.word(.apply(key, StoreOperations()), time)
        }
        let left = Self.now + 2_592_000 - time
        #expect(abs(Int(left) - (try #require(Int(server.run("TTL", name))))) <= 5)
    }

    @Test func `writers beside each other cannot make a session larger than one may be`() throws {
        let server = try RedisServer()
        let (_, under, _, key) = try session(server)
        let large = "\"\(String(repeating: "x", count: 100_000))\""
        #expect(try under.word(.apply(key, StoreScript.set(["c": large])), Self.now) == "done")
        #expect(try under.word(.apply(key, StoreScript.set(["d": large])), Self.now) == "done")
        #expect(try under.word(.apply(key, StoreScript.set(["e": large, "f": "1"])), Self.now) == "too large")
        #expect(try under.values(key, Self.now)?.keys.sorted() == ["\"a\"", "\"b\"", "\"c\"", "\"d\""])
        // What goes makes room in the same step.
        var operations = StoreScript.delete("c")
        operations.sets = StoreScript.set(["e": large]).sets
        #expect(try under.word(.apply(key, operations), Self.now) == "done")
        #expect(try under.word(.apply(key, StoreScript.set(["e": "1"])), Self.now) == "done")
        #expect(try under.word(.apply(key, StoreScript.set(["c": large])), Self.now) == "done")
        let size = try #require(try under.opened(key, Self.now)).values.json.count
        #expect(try server.run("HGET", server.run("KEYS", "*"), "z") == "\(size)")
    }

    @Test func `thousands of values go in, come out and go`() throws {
        let server = try RedisServer()
        let (_, under, _, key) = try session(server)
        let many = StoreScript.set(Dictionary(uniqueKeysWithValues: (0..<9000).map { ("name\($0)", "\($0)") }))
        #expect(try under.word(.apply(key, many), Self.now) == "done")
        #expect(try under.values(key, Self.now)?.count == 9002)
        var none = StoreOperations()
        none.deletes = many.sets.map(\.name) + [StoreScript.name("a")]
        #expect(try under.word(.apply(key, none), Self.now) == "done")
        #expect(try under.values(key, Self.now) == ["\"b\"": "2"])
    }

    @Test(arguments: [
        ["HSET", "x", "1"], ["HSET", "\"a\"", "a\r\nX-Evil: 1"], ["HSET", "\"o\"", "!short"], ["HDEL", "b"],
        ["HSET", "s", "soon"], ["HSET", "b", "99999999999999999"], ["HSET", "i", "soon"],
    ])
    func `a session that no gateway has written so is read as far as it is one, or not at all`(
        change: [String]
    ) throws {
        let server = try RedisServer()
        let (_, under, _, key) = try session(server)
        let name = try server.run("KEYS", "*")
        let rest = change.dropFirst()
        if rest.count == 2 {
            try server.run(change[0], name, change[1], change[2])
        } else {
            try server.run(change[0], name, change[1])
        }
        // An unknown field is a later version's; everything else is no session. Without a time that can be read it got its
        // id at its birth.
        #expect(try (under.values(key, Self.now) != nil) == ["x", "i"].contains(change[1]))
        if change[1] == "i" { #expect(try under.opened(key, Self.now)?.issued == Self.now) }
    }

    @Test func `a key that is no session's fails the request, not the store`() throws {
        let server = try RedisServer()
        let (_, under, _, key) = try session(server)
        let name = try server.run("KEYS", "*")
        try server.run("SET", name, "x")
        #expect(try under.word(.open(key), Self.now).hasPrefix("failed: Redis refuses: WRONGTYPE"))
        #expect(try under.word(.apply(key, StoreOperations()), Self.now).contains("WRONGTYPE"))
        #expect(try under.word(.delete(key), Self.now).contains("WRONGTYPE"))
    }

    @Test func `a Redis that is away is said to be, at once after the first time, and found again`() throws {
        let server = try RedisServer()
        let (store, under, _, key) = try session(server)
        server.kill()
        #expect(store.loop.turn { !store.client.isReady })
        #expect(try under.word(.open(key), Self.now) == "failed: cannot connect: connection refused")
        let again = store.begin(.open(key), Self.now)
        guard case .failed("Redis failed a moment ago")? = again.answer else {
            Issue.record("\(String(describing: again.answer))")
            return
        }
        try server.start()
        #expect(store.loop.turn { (try? under.word(.open(key), Self.now)) == "absent" })
        #expect(again.count == 0)
    }

    @Test func `a full Redis refuses writes and still opens`() throws {
        let server = try RedisServer(options: ["--maxmemory-policy", "noeviction"])
        let (_, under, _, key) = try session(server)
        try server.run("CONFIG", "SET", "maxmemory", "1")
        #expect(try under.word(.apply(key, StoreScript.set(["a": "9"])), Self.now).contains("OOM"))
        #expect(try under.values(key, Self.now)?["\"a\""] == "1")
    }

    @Test func `a user with the rights the documentation names can do everything, on its keys alone`() throws {
        let server = try RedisServer()
        let page = try String(
            contentsOfFile: #filePath.replacing("Tests/RedisTests/Store/RedisStoreTests.swift", with: "docs/redis.md"),
            encoding: .utf8
        )
        let rule = try #require(page.firstRange(of: "ACL SETUSER gateway on >password"))
        let words = page[rule.upperBound...].prefix { $0 != "`" }.split(whereSeparator: \.isWhitespace).map(String.init)
        try server.run(arguments: ["ACL", "SETUSER", "gateway", "on", ">password"] + words)
        let url = server.url.replacing("redis://", with: "redis://gateway:password@") + "/1"
        for obligation in [StoreObligation.randomStepsFollowTheModel, .renewForwardsFurther, .largeIsKept] {
            var settings = SessionSettings()
            settings.lifetime = 300_000
            let times = StoreTimes(settings)
            let store = try TestStore(url, times: times, prefix: "gateway:x:")
            try obligation.hold(for: StoreUnderTest(times: times) { try store.ask($0, $1) })
        }
        let denials = try TestDenyList(url, prefix: "gateway:x:")
        denials.carrier.start()
        denials.begin("42")
        #expect(denials.isEmptied() && denials.loop.turn { !denials.shared.position.isEmpty })
        #expect(denials.events.isEmpty)
        let store = try TestStore(url, prefix: "other:")
        var script = StoreScript(1)
        guard case .failed(let why) = try store.ask(.open(script.key()), Self.now) else {
            Issue.record("it may read other keys")
            return
        }
        #expect(why.contains("NOPERM"))
    }

    @Test func `once it is closed nobody is answered any more`() throws {
        let server = try RedisServer()
        let (store, _, _, key) = try session(server)
        server.freeze()
        let waiter = store.begin(.open(key), Self.now)
        store.loop.runOnce(timeoutNanoseconds: 0)
        store.store.close()
        server.thaw()
        store.loop.runOnce(timeoutNanoseconds: 50_000_000)
        #expect(waiter.count == 0 && waiter.answer == nil)
        let late = store.begin(.open(key), Self.now)
        guard case .failed("the client is closed")? = late.answer else {
            Issue.record("\(String(describing: late.answer))")
            return
        }
    }

    @Test func `requests given at once are answered each to its own waiter`() throws {
        let server = try RedisServer()
        let store = try TestStore(server.url)
        var script = StoreScript(1)
        let keys = (0..<500).map { _ in script.key() }
        let made = keys.enumerated().map { store.begin(.create($1, StoreScript.set(["n": "\($0)"])), Self.now) }
        #expect(store.loop.turn { made.allSatisfy { $0.answer != nil } })
        let opened = keys.map { store.begin(.open($0), Self.now) }
        #expect(store.loop.turn { opened.allSatisfy { $0.answer != nil } })
        #expect(made.allSatisfy { $0.count == 1 })
        for (number, waiter) in opened.enumerated() {
            guard case .opened(let session)? = waiter.answer else {
                Issue.record("\(String(describing: waiter.answer))")
                return
            }
            #expect(session.values.entries.map(\.text) == [Array("\(number)".utf8)] && waiter.count == 1)
        }
    }
}

extension StoreAnswer {
    fileprivate var isOpened: Bool { if case .opened = self { true } else { false } }
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String { String(repeating: "0", count: count - utf8.count) + self }
}
