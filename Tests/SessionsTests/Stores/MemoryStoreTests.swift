import Dispatch
import Sessions
import Testing

/// What is the memory store's own: its bounds, and its threads.
struct MemoryStoreTests {
    private static let now: Int64 = 1_800_000_000
    private let times = StoreTimes(.testing())
    private var script = StoreScript(7)

    private func store(_ size: UInt64 = MemoryStore.smallestSize) -> MemoryStore {
        MemoryStore(size: size, times: times)
    }

    private func set(_ bytes: Int) -> StoreOperations {
        StoreScript.set(["v": "\"\(String(repeating: "x", count: bytes))\""])
    }

    private func isThere(_ key: StoreKey, in store: MemoryStore, now: Int64 = now) -> Bool {
        if case .opened = store.ask(.open(key), now: now) { true } else { false }
    }

    @Test mutating func `a full store lets go of what was not asked for longest, and counts it`() throws {
        let store = store()
        var keys: [StoreKey] = []
        for _ in 0..<40 {
            let key = script.key()
            keys.append(key)
            _ = store.ask(.create(key, set(50_000)), now: Self.now)
            // The first is asked for all the time.
            #expect(isThere(keys[0], in: store))
        }
        let figures = store.figures
        #expect(figures.bytes <= 1 << 20)
        #expect(figures.sessions == 20 && figures.evicted == 20 && figures.ended == 0)
        #expect(keys.filter { isThere($0, in: store) } == [keys[0]] + keys.suffix(19))
        #expect(store.takeEvicted() == 20)
        #expect(store.takeEvicted() == 0)
    }

    @Test mutating func `what is changed is reckoned anew, and the session at work is never let go`() throws {
        let store = store()
        let (old, key) = (script.key(), script.key())
        _ = store.ask(.create(key, set(10)), now: Self.now)
        _ = store.ask(.create(old, set(10)), now: Self.now)
        let small = store.figures.bytes
        // Five times what a session may hold, one after another.
        for _ in 0..<6 { _ = store.ask(.apply(key, set(200_000)), now: Self.now) }
        #expect(store.figures.bytes > small + 190_000 && store.figures.bytes < small + 210_000)
        _ = store.ask(.apply(key, set(10)), now: Self.now)
        #expect(store.figures.bytes == small)
        _ = store.ask(.delete(key), now: Self.now)
        _ = store.ask(.delete(old), now: Self.now)
        #expect(store.figures.bytes == 0 && store.figures.sessions == 0 && store.figures.evicted == 0)
    }

    @Test mutating func `refuses a change that makes a session too large, and keeps what was`() throws {
        let store = store()
        let key = script.key()
        _ = store.ask(.create(key, set(10)), now: Self.now)
        guard case .tooLarge(let size) = store.ask(.apply(key, set(300_000)), now: Self.now) else {
            Issue.record("not refused")
            return
        }
        #expect(size > 300_000)
        guard case .tooLarge = store.ask(.create(script.key(), set(300_000)), now: Self.now),
            case .tooLarge = store.ask(.replace(key, with: script.key(renewing: key), set(300_000)), now: Self.now)
        else {
            Issue.record("not refused")
            return
        }
        #expect(isThere(key, in: store))
        #expect(store.figures.sessions == 1)
    }

    @Test mutating func `what has ended leaves, whether or not it is asked for`() throws {
        let store = store()
        for _ in 0..<300 { _ = store.ask(.create(script.key(), set(10)), now: Self.now) }
        let later = script.key()
        _ = store.ask(.create(later, set(10)), now: Self.now + 50)
        #expect(store.figures.sessions == 301)
        let end = Self.now + times.idleTimeout
        store.removeEnded(now: end - 1)
        #expect(store.figures.sessions == 301)
        // Each request takes two along.
        _ = store.ask(.open(later), now: end)
        #expect(store.figures.ended == 2)
        store.removeEnded(now: end)
        store.removeEnded(now: end)
        #expect(store.figures.sessions == 1 && store.figures.ended == 300 && store.figures.evicted == 0)
        #expect(isThere(later, in: store, now: end))
    }

    @Test mutating func `keys that forward take bounded room, and none once they have ended`() throws {
        let store = store()
        var key = script.key()
        _ = store.ask(.create(key, set(10)), now: Self.now)
        let bytes = store.figures.bytes
        for _ in 0..<5000 {
            let next = script.key(renewing: key)
            _ = store.ask(.renew(key, to: next, StoreOperations()), now: Self.now)
            key = next
        }
        #expect(isThere(key, in: store))
        #expect(store.figures.bytes > bytes && store.figures.bytes <= bytes + (1 << 20) / 8)
        for _ in 0..<10 { store.removeEnded(now: Self.now + StoreTimes.forwarding) }
        #expect(store.figures.bytes == bytes && store.figures.sessions == 1)
    }

    @Test mutating func `goes by new settings and keeps its sessions`() throws {
        let store = store(4 << 20)
        let keys = (0..<60).map { _ in script.key() }
        for key in keys { _ = store.ask(.create(key, set(20_000)), now: Self.now) }
        #expect(store.figures.sessions == 60)
        var shorter = times
        shorter.idleTimeout = 60
        store.adjust(size: 1 << 20, times: shorter)
        #expect(isThere(keys[0], in: store, now: Self.now + 59))
        #expect(!isThere(keys[0], in: store, now: Self.now + 60))
        for _ in 0..<8 { _ = store.ask(.create(script.key(), set(20_000)), now: Self.now) }
        #expect(store.figures.bytes <= 1 << 20)
    }

    @Test mutating func `a smaller size keeps as many sessions as it has room for, and no more`() throws {
        let store = store(64 << 20)
        let keys = (0..<40).map { _ in script.key() }
        for (place, key) in keys.enumerated() {
            _ = store.ask(.create(key, set(20_000)), now: Self.now + Int64(place))
        }
        store.adjust(size: 1 << 20, times: times)
        let last = script.key()
        _ = store.ask(.create(last, set(20_000)), now: Self.now + 60)
        #expect((keys + [last]).filter { isThere($0, in: store, now: Self.now + 60) }.count == 41)
        #expect(store.figures.evicted == 0)
        for _ in 0..<100 { _ = store.ask(.create(script.key(), set(20_000)), now: Self.now + 120) }
        #expect(store.figures.bytes <= 1 << 20 && store.figures.sessions > 45)
        // Where there is no room for all, those go that were not seen longest.
        let large = self.store(64 << 20)
        for (place, key) in keys.enumerated() {
            _ = large.ask(.create(key, set(50_000)), now: Self.now + Int64(place))
        }
        large.adjust(size: 1 << 20, times: times)
        #expect(keys.filter { isThere($0, in: large, now: Self.now + 60) } == Array(keys.suffix(20)))
        #expect(large.figures.evicted == 20 && large.takeEvicted() == 20)
    }

    @Test mutating func `a larger size keeps all, with what forwards, and has room for more`() throws {
        let store = store()
        let olds = (0..<30).map { _ in script.key() }
        var news: [StoreKey] = []
        for old in olds {
            _ = store.ask(.create(old, set(20_000)), now: Self.now)
            news.append(script.key(renewing: old))
            _ = store.ask(.renew(old, to: news[news.count - 1], StoreOperations()), now: Self.now)
        }
        let bytes = store.figures.bytes
        store.adjust(size: 64 << 20, times: times)
        #expect(store.figures.bytes == bytes && store.figures.sessions == 30)
        for (old, new) in zip(olds, news) {
            guard case .moved = store.ask(.open(old), now: Self.now + 9),
                case .doneElsewhere = store.ask(.apply(old, set(30_000)), now: Self.now + 9)
            else {
                Issue.record("it does not forward")
                continue
            }
            #expect(isThere(new, in: store))
        }
        for _ in 0..<300 { _ = store.ask(.create(script.key(), set(50_000)), now: Self.now) }
        #expect(store.figures.sessions == 330 && store.figures.evicted == 0)
    }

    @Test(arguments: StoreObligation.allCases)
    func `keeps its promise while its size changes all the time`(_ obligation: StoreObligation) throws {
        let times = StoreTimes(.testing { $0.lifetime = 300_000 })
        let memory = MemoryStore(size: MemoryStore.smallestSize, times: times)
        var asked: UInt64 = 0
        try obligation.hold(
            for: StoreUnderTest(times: times) { request, now in
                asked += 1
                if asked % 8 == 0 { memory.adjust(size: MemoryStore.smallestSize << (asked / 8 % 7), times: times) }
                return memory.ask(request, now: now)
            }
        )
    }

    @Test mutating func `threads lose nothing of each other's changes`() throws {
        let store = store(8 << 20)
        let times = times
        let keys = (0..<8).map { _ in script.key() }
        for key in keys { _ = store.ask(.create(key, StoreScript.set(["start": "0"])), now: Self.now) }
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for round in 0..<200 {
                for key in keys {
                    _ = store.ask(.apply(key, StoreScript.set(["t\(thread)": "\(round)"])), now: Self.now)
                    _ = store.ask(.open(key), now: Self.now)
                }
                // And one changes the size meanwhile.
                if thread == 0 { store.adjust(size: 1 << (20 + UInt64(round % 7)), times: times) }
            }
        }
        let seen = StoreUnderTest(times: times) { store.ask($0, now: $1) }
        for key in keys {
            let values = try #require(try seen.values(key, Self.now))
            #expect(values.count == 9)
            for thread in 0..<8 { #expect(values["\"t\(thread)\""] == "199") }
        }
    }
}
