import HTTP
import LinuxIO
import Sessions
import Testing

@testable import Proxy

struct SnapshotTests {
    private func snapshot() throws -> Snapshot {
        Snapshot(try Sample.settings("trusted_proxies: [10.0.0.0/8, \"fd00::/8\"]\n" + Stage.nullRoute))
    }

    @Test(arguments: [
        ("10.1.2.3:1", true), ("11.0.0.1:1", false), ("[::ffff:10.0.0.1]:1", true), ("[fd00::1]:1", true),
        ("[fe80::1]:1", false), ("[::1]:1", false), ("unix:/run/x", false),
    ])
    func `knows whom to believe`(peer: String, expected: Bool) throws {
        #expect(try snapshot().isTrusted(#require(SocketAddress(parsing: peer))) == expected)
    }

    @Test(
        arguments: [
            (["1.2.3.4"], "1.2.3.4"), (["6.6.6.6, 1.2.3.4, 10.0.0.1"], "1.2.3.4"),
            (["1.2.3.4", "10.0.0.1"], "1.2.3.4"),
            (["6.6.6.6", "1.2.3.4 ,\t10.0.0.1 "], "1.2.3.4"), (["10.0.0.2, 10.0.0.1"], "10.0.0.2"),
            (["::ffff:10.0.0.1, 2001:db8::1"], "2001:db8::1"), (["2001:db8::1, ::ffff:10.0.0.1"], "2001:db8::1"),
            (["1.2.3.4,,"], "1.2.3.4"), ([""], nil), ([" , ,"], nil), ([], nil),
            // What is no address is not believed, nor what it stands behind.
            (["unknown, 10.0.0.1"], "10.0.0.1"), (["1.2.3.4, x - - [y] GET /, 10.0.0.1"], "10.0.0.1"),
            (["unknown"], nil),
            // Some proxies add the port.
            (["1.2.3.4:567, 10.0.0.1"], "1.2.3.4"), (["[2001:db8::1]:567, 10.0.0.1:80"], "2001:db8::1"),
            (["[2001:db8::1], 10.0.0.1"], "2001:db8::1"), (["1.2.3.4, [], 10.0.0.1"], "10.0.0.1"),
        ] as [([String], String?)]
    )
    func `finds the client in what trusted proxies say`(lines: [String], expected: String?) throws {
        let fields = lines.map { "\nX-Forwarded-For: \($0)" }.joined()
        let request = try SampleRequest("GET / HTTP/1.1\nHost: a" + fields)
        let client = try snapshot().client(forwardedFor: request.head, request.bytes.span)
        #expect(client == expected)
    }

    @Test func `a session that spills into memory has a store, which the next route file goes on with`() throws {
        let text = """
            sessions:
              a: { secret: 0123456789abcdef0123456789abcdef, spill: memory }
              b: { secret: 0123456789abcdef0123456789abcdef, name: b }
            routes: [{ path: /*, respond: { status: 200 } }]
            """
        let stores = MemoryStores(try Sample.settings(text))
        let store = try #require(stores[0])
        #expect(stores[1] == nil)
        #expect(MemoryStores(try Sample.settings(text), keeping: stores)[0] === store)
    }

    @Test func `the deny list is where the sessions are shared, unless said`() throws {
        let settings = try Sample.settings(
            """
            sessions:
              a: { secret: 0123456789abcdef0123456789abcdef, name: a }
              b: { secret: 0123456789abcdef0123456789abcdef, name: b, store: memory, deny_list: redis, redis: "redis://r" }
              c: { secret: 0123456789abcdef0123456789abcdef, name: c, store: redis, redis: "redis://r" }
              d: { secret: 0123456789abcdef0123456789abcdef, name: d, store: redis, deny_list: memory, redis: "redis://r" }

            """ + Stage.nullRoute
        )
        #expect(settings.sessions.map(\.denyList) == [.memory, .redis, .redis, .memory])
        #expect(settings.sessions.map { $0.redis?.prefix } == [nil, "gateway:b:", "gateway:c:", "gateway:d:"])
        let shared = Snapshot(settings).denyLists
        #expect(shared.map(\.session) == ["b", "c"])
        // A day without a request, and five minutes for clocks that differ.
        #expect(shared.map(\.longest) == [86_701, 86_701])
        #expect(shared.map(\.denials.cookie) == ["b", "c"])
    }

    @Test func `a route file that is read again keeps what is shared, and where`() throws {
        func snapshot(_ redis: String, replacing earlier: Snapshot? = nil) throws -> Snapshot {
            let session = "{ secret: 0123456789abcdef0123456789abcdef, deny_list: redis, redis: \"\(redis)\" }"
            let settings = try Sample.settings("sessions:\n  a: \(session)\n" + Stage.nullRoute)
            return Snapshot(settings, replacing: earlier)
        }
        let first = try snapshot("redis://one")
        let again = try snapshot("redis://one", replacing: first)
        #expect(again.memory === first.memory && again.denyLists[0].denials === first.denyLists[0].denials)
        let moved = try snapshot("redis://two", replacing: again)
        #expect(moved.denyLists[0].denials !== first.denyLists[0].denials)
        #expect(try snapshot("redis://:secret@two").denyLists[0].denials.place.contains("secret") == false)
    }
}
