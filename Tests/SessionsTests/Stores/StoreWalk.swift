import Sessions
import Testing

/// Asks a store at random for what several browsers could want, and holds its answers against the plainest store there
/// can be.
struct StoreWalk {
    private struct Session {
        var values: [String: (text: String, stamp: UInt64)]
        var birth: Int64
        var lastSeen: Int64
        var issued: Int64
    }

    private let store: StoreUnderTest
    private var script: StoreScript
    private var now: Int64
    private var serial: UInt64 = 0
    private var sessions: [StoreKey: Session] = [:]
    private var forwards: [StoreKey: (to: StoreKey, end: Int64)] = [:]
    // Every key of a browser, dead ones too: they are asked for again.
    private var keys: [StoreKey] = []

    init(seed: UInt64, _ store: StoreUnderTest) {
        self.store = store
        script = StoreScript(seed)
        now = store.start
    }

    mutating func step() throws {
        serial += 1
        if chance(6) { now += Int64.random(in: 0...4, using: &script.random) }
        if chance(150) { now += store.times.idleTimeout }
        guard let key = keys.randomElement(using: &script.random), !chance(12) else {
            let key = script.key()
            keys.append(key)
            if keys.count > 8 { keys.removeFirst() }
            let operations = issuing(StoreScript.set(["a": "\(serial)"]))
            try expect(.create(key, operations), "done")
            sessions[key] = Session(values: [:], birth: now, lastSeen: now, issued: now)
            change(key, operations)
            return
        }
        switch Int.random(in: 0..<10, using: &script.random) {
        case 0:
            try expect(.delete(key), "done")
            sessions[reached(key)] = nil
        case 1:
            let new = add(renewing: key)
            let operations = issuing(StoreScript.set(["z": "\(serial)"]))
            try expect(.replace(key, with: new, operations), "done")
            sessions[reached(key)] = nil
            sessions[new] = Session(values: [:], birth: now, lastSeen: now, issued: now)
            change(new, operations)
        case 2, 3:
            let new = add(renewing: key)
            let old = reached(key)
            let operations = self.operations(old)
            guard isLive(old) else {
                try expect(.renew(key, to: new, operations), "gone")
                break
            }
            sessions[new] = sessions[old]
            sessions[old] = nil
            change(new, operations)
            try expect(.renew(key, to: new, operations), sessions[new] == nil ? "emptied" : "done")
            if sessions[new] != nil { forwards[old] = (new, now + StoreTimes.forwarding) }
        default:
            let target = reached(key)
            let operations = self.operations(target)
            guard isLive(target) else {
                try expect(.apply(key, operations), "gone")
                break
            }
            change(target, operations)
            let done = target == key ? "done" : "done elsewhere"
            try expect(.apply(key, operations), sessions[target] == nil ? "emptied" : done)
        }
        for key in keys { try expectModel(key) }
    }

    private func expect(_ request: StoreRequest, _ word: String) throws {
        #expect(try store.word(request, now) == word, "\(request)")
    }

    private func expectModel(_ key: StoreKey) throws {
        guard let wanted = sessions[key], isLive(key) else {
            #expect(try store.opened(key, now) == nil)
            return
        }
        let session = try #require(try store.opened(key, now))
        #expect(session.birth == wanted.birth && session.lastSeen == wanted.lastSeen && session.issued == wanted.issued)
        #expect(session.values.count == wanted.values.count)
        for entry in session.values.entries {
            let value = wanted.values[String(decoding: entry.name.dropFirst().dropLast(), as: UTF8.self)]
            #expect(value?.text == String(decoding: entry.text, as: UTF8.self))
            #expect(value?.stamp == entry.stamp)
        }
    }

    private mutating func add(renewing key: StoreKey) -> StoreKey {
        let new = script.key(renewing: key)
        keys.append(new)
        if keys.count > 8 { keys.removeFirst() }
        return new
    }

    private func reached(_ key: StoreKey) -> StoreKey {
        var key = key
        while let next = forwards[key], next.end > now { key = next.to }
        return key
    }

    private func isLive(_ key: StoreKey) -> Bool {
        guard let session = sessions[key] else { return false }
        return store.times.end(birth: session.birth, lastSeen: session.lastSeen) > now
    }

    private mutating func change(_ key: StoreKey, _ operations: StoreOperations) {
        guard var session = sessions[key] else { return }
        func name(_ text: [UInt8]) -> String { String(decoding: text.dropFirst().dropLast(), as: UTF8.self) }
        for consumed in operations.consumes where session.values[name(consumed.name)]?.stamp == consumed.stamp {
            session.values[name(consumed.name)] = nil
        }
        for deleted in operations.deletes { session.values[name(deleted)] = nil }
        for set in operations.sets {
            session.values[name(set.name)] = (String(decoding: set.text, as: UTF8.self), set.stamp)
        }
        session.lastSeen = max(now, session.lastSeen)
        session.issued = operations.issued ?? session.issued
        sessions[key] = session.values.isEmpty ? nil : session
    }

    private mutating func operations(_ key: StoreKey) -> StoreOperations {
        var operations = StoreOperations()
        var free = ["a", "b", "c", "d"].shuffled(using: &script.random)
        for (name, value) in sessions[key]?.values.sorted(by: { $0.key < $1.key }) ?? []
        where value.stamp != 0 && chance(2) {
            // Now and then one that was stored anew since.
            operations.consumes.append(.init(name: StoreScript.name(name), stamp: value.stamp &+ (chance(4) ? 1 : 0)))
        }
        for _ in 0..<Int.random(in: 0...2, using: &script.random) {
            operations.deletes.append(StoreScript.name(free.removeLast()))
        }
        for _ in 0..<Int.random(in: 0...2, using: &script.random) where !free.isEmpty {
            let stamp = chance(3) ? serial : 0
            operations.sets.append(
                .init(name: StoreScript.name(free.removeLast()), text: Array("\(serial)".utf8), stamp: stamp)
            )
        }
        return issuing(operations)
    }

    /// The operations, now and then with a time at which the session got its id.
    private mutating func issuing(_ operations: StoreOperations) -> StoreOperations {
        var operations = operations
        if chance(4) { operations.issued = now + Int64.random(in: -9...9, using: &script.random) }
        return operations
    }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &script.random) == 0 }
}
