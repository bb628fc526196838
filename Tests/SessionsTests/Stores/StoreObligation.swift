import Sessions
import Testing

/// A store as the contract's tests see it: something that answers, with a time of the test's choosing.
///
/// This file and `StoreModel` need nothing but `Sessions`, so that other test targets can have them too.
struct StoreUnderTest {
    /// The times the store was made with.
    let times: StoreTimes
    /// When a test begins, in seconds since 1970; a store of real clocks is tried at the present.
    var start: Int64 = 1_800_000_000
    /// Asks and waits.
    let ask: (StoreRequest, Int64) throws -> StoreAnswer

    /// What a session holds: names and values as JSON; nil when it does not open.
    func values(_ key: StoreKey, _ now: Int64) throws -> [String: String]? {
        guard let session = try opened(key, now) else { return nil }
        var values: [String: String] = [:]
        for entry in session.values.entries {
            values[String(decoding: entry.name, as: UTF8.self)] = String(decoding: entry.text, as: UTF8.self)
        }
        #expect(values.count == session.values.count)
        return values
    }

    func opened(_ key: StoreKey, _ now: Int64) throws -> StoredSession? {
        switch try ask(.open(key), now) {
        case .opened(let session): return session
        case .absent, .moved: return nil
        case let other:
            Issue.record("open said \(other)")
            return nil
        }
    }

    /// Asks, and says in a word what came of it.
    func word(_ request: StoreRequest, _ now: Int64) throws -> String {
        switch try ask(request, now) {
        case .opened: "opened"
        case .absent: "absent"
        case .moved: "moved"
        case .done: "done"
        case .doneElsewhere: "done elsewhere"
        case .emptied: "emptied"
        case .gone: "gone"
        case .tooLarge: "too large"
        case .failed(let why): "failed: \(why)"
        }
    }
}

/// Tokens and operations written shortly.
struct StoreScript {
    var random: StoreRandom

    init(_ seed: UInt64) { random = StoreRandom(state: seed) }

    mutating func key() -> StoreKey { SessionToken(random: &random).key }

    mutating func key(renewing old: StoreKey) -> StoreKey { SessionToken(renewing: old, random: &random).key }

    static func name(_ name: String) -> [UInt8] { Array("\"\(name)\"".utf8) }

    /// Sets these names to these texts.
    static func set(_ sets: [String: String], stamp: UInt64 = 0) -> StoreOperations {
        var operations = StoreOperations()
        for (key, text) in sets.sorted(by: { $0.key < $1.key }) {
            operations.sets.append(.init(name: name(key), text: Array(text.utf8), stamp: stamp))
        }
        return operations
    }

    static func delete(_ names: String...) -> StoreOperations {
        var operations = StoreOperations()
        operations.deletes = names.map(name)
        return operations
    }

    static func consume(_ consumed: String, stamp: UInt64) -> StoreOperations {
        var operations = StoreOperations()
        operations.consumes = [.init(name: name(consumed), stamp: stamp)]
        return operations
    }
}

/// The same numbers each time (SplitMix64).
struct StoreRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// What every server store promises (`StoreRequest`), one by one.
///
/// One piece because it is one list: a new obligation is a case and its trial.
enum StoreObligation: String, CaseIterable, Sendable {
    case unknownNeverBecomesASession = "an id that nobody gave out never becomes a session"
    case createdIsThere = "what was created is there, with its times"
    case adoptedKeepsItsBirth =
        "what was born elsewhere keeps its birth, and ends with the lifetime that counts from there"
    case textsComeBackByteForByte = "names and values come back byte for byte"
    case differentNamesBothWin = "changes of different names both win"
    case lastOfSameNameWins = "of two changes of one name the later wins"
    case deletesWhatIsThere = "a delete takes what is there, and bears what is not"
    case consumesByStamp = "a value is consumed only while it is the one that was handed out"
    case ordinaryIsNotConsumed = "a value that became ordinary is not consumed"
    case consumeDeleteSetInOrder = "consume, delete and set take effect in this order"
    case emptiedIsDeleted = "a change that leaves nothing deletes the session, and says so"
    case touchMovesLastSeen = "a touch moves last-seen, never back, and never the birth"
    case idleEnds = "a session not seen for the idle timeout is gone for every request"
    case lifetimeEnds = "a session ends with its lifetime, however often it is seen"
    case deletedStaysDeleted = "a slower change does not bring back what was deleted"
    case renewMoves = "a renewed session is under its new key alone, with values and birth, and the old one has moved"
    case renewChanges = "a renewal changes values in the same step"
    case renewForwards = "a slower change reaches the renewed session for some seconds"
    case forwardingEnds = "forwarding ends"
    case renewForwardsFurther = "a slower change reaches a session that was renewed several times"
    case renewOfRenewedMovesOn = "of two renewals of one key only the later token opens"
    case deleteFollows = "deleting by an old key deletes the renewed session"
    case renewThatEmpties = "a renewal that leaves nothing deletes the session, under both keys"
    case replaceBeginsAnew = "a replaced session is another one, born now, and nothing leads to it"
    case replaceOfGone = "a session that replaces one that is gone is made all the same"
    case replaceFollows = "replacing by an old key deletes the renewed session"
    case issuedIsItsBirth = "where nobody says otherwise, a session got its id at its birth"
    case issuedIsKept = "when a session got its id or its subject is what was said last"
    case issuedIsNoValue = "a session that has nothing but when it got its id is empty"
    case sessionsAreApart = "sessions do not see each other"
    case largeIsKept = "values of a quarter mebibyte are kept"
    case randomStepsFollowTheModel = "random steps of several browsers follow the model"

    /// Tries it; the store may hold anything else before.
    func hold(for store: StoreUnderTest) throws {
        let place = Self.allCases.firstIndex(of: self) ?? 0
        var script = StoreScript(UInt64(place + 1) &* 0x1_0000_0001 &+ UInt64(bitPattern: store.start))
        let now = store.start
        let key = script.key()
        let start = StoreScript.set(["a": "1", "b": "2"])
        /// A session with a 1 and b 2, born now.
        func create() throws { #expect(try store.word(.create(key, start), now) == "done") }

        switch self {
        case .unknownNeverBecomesASession:
            let other = script.key(renewing: key)
            #expect(try store.word(.open(key), now) == "absent")
            #expect(try store.word(.apply(key, start), now) == "gone")
            #expect(try store.word(.apply(key, StoreOperations()), now) == "gone")
            #expect(try store.word(.renew(key, to: other, start), now) == "gone")
            #expect(try store.word(.delete(key), now) == "done")
            #expect(try store.word(.open(key), now) == "absent")
            #expect(try store.word(.open(other), now) == "absent")

        case .createdIsThere:
            try create()
            let session = try #require(try store.opened(key, now + 5))
            #expect(session.key == key)
            #expect(session.birth == now && session.lastSeen == now)
            #expect(try store.values(key, now) == ["\"a\"": "1", "\"b\"": "2"])
            #expect(session.values.count == 2 && !session.values.hasOnce && !session.values.isEmpty)

        case .adoptedKeepsItsBirth:
            let birth = now - store.times.lifetime + 5
            #expect(try store.word(.adopt(key, start, birth: birth), now) == "done")
            let session = try #require(try store.opened(key, now))
            #expect(session.birth == birth && session.lastSeen == now)
            #expect(try store.values(key, now) == ["\"a\"": "1", "\"b\"": "2"])
            #expect(try store.word(.apply(key, StoreScript.set(["a": "7"])), now + 3) == "done")
            let new = script.key(renewing: key)
            #expect(try store.word(.renew(key, to: new, StoreOperations()), now + 4) == "done")
            #expect(try store.opened(new, now + 4)?.birth == birth)
            #expect(try store.values(new, now + 4) == ["\"a\"": "7", "\"b\"": "2"])
            #expect(try store.word(.open(new), now + 5) == "absent")
            #expect(try store.word(.apply(new, start), now + 5) == "gone")
            let late = script.key()
            #expect(try store.word(.adopt(late, start, birth: birth - 5), now) == "done")
            #expect(try store.word(.open(late), now) == "absent")

        case .textsComeBackByteForByte:
            let names = [
                #""""#, #""a b""#, #""\u00e9\ud83d\ude00""#, #""!x""#, #""birth""#, #""\"quoted\"""#, #""\r\n""#,
                #""with:colon""#, #""*""#, #""%s{}""#,
            ]
            let texts = [
                "null", "true", "-0", "1e400", "18446744073709551615", #""""#, #""!0""#, "[]", #"{"x":[1,{"y":"z"}]}"#,
                #""\u0000\\""#,
            ]
            var operations = StoreOperations()
            for (name, text) in zip(names, texts) {
                operations.sets.append(.init(name: Array(name.utf8), text: Array(text.utf8)))
            }
            #expect(try store.word(.create(key, operations), now) == "done")
            let values = try store.values(key, now)
            #expect(values?.count == names.count)
            for (name, text) in zip(names, texts) { #expect(values?[name] == text, "\(name)") }

        case .differentNamesBothWin:
            try create()
            // Both were opened before either was saved.
            #expect(try store.word(.apply(key, StoreScript.set(["c": "3"])), now) == "done")
            #expect(try store.word(.apply(key, StoreScript.set(["d": "4"])), now) == "done")
            #expect(try store.word(.apply(key, StoreScript.delete("a")), now) == "done")
            #expect(try store.values(key, now) == ["\"b\"": "2", "\"c\"": "3", "\"d\"": "4"])

        case .lastOfSameNameWins:
            try create()
            _ = try store.ask(.apply(key, StoreScript.set(["a": "7"])), now)
            _ = try store.ask(.apply(key, StoreScript.set(["a": "8"])), now)
            #expect(try store.values(key, now) == ["\"a\"": "8", "\"b\"": "2"])

        case .deletesWhatIsThere:
            try create()
            #expect(try store.word(.apply(key, StoreScript.delete("a", "never")), now) == "done")
            #expect(try store.word(.apply(key, StoreScript.delete("a")), now) == "done")
            #expect(try store.values(key, now) == ["\"b\"": "2"])

        case .consumesByStamp:
            try create()
            _ = try store.ask(.apply(key, StoreScript.set(["o": "1"], stamp: 77)), now)
            #expect(try store.opened(key, now)?.values.hasOnce == true)
            #expect(try store.opened(key, now)?.values.entry(named: StoreScript.name("o"))?.stamp == 77)
            // Stored anew since it was handed out, with the same text even.
            _ = try store.ask(.apply(key, StoreScript.set(["o": "1"], stamp: .max)), now)
            #expect(try store.word(.apply(key, StoreScript.consume("o", stamp: 77)), now) == "done")
            #expect(try store.values(key, now)?["\"o\""] == "1")
            #expect(try store.word(.apply(key, StoreScript.consume("o", stamp: .max)), now) == "done")
            #expect(try store.values(key, now) == ["\"a\"": "1", "\"b\"": "2"])
            #expect(try store.opened(key, now)?.values.hasOnce == false)

        case .ordinaryIsNotConsumed:
            try create()
            _ = try store.ask(.apply(key, StoreScript.set(["o": "1"], stamp: 77)), now)
            _ = try store.ask(.apply(key, StoreScript.set(["o": "1"])), now)
            _ = try store.ask(.apply(key, StoreScript.consume("o", stamp: 77)), now)
            #expect(try store.values(key, now)?["\"o\""] == "1")

        case .consumeDeleteSetInOrder:
            try create()
            _ = try store.ask(.apply(key, StoreScript.set(["o": "1"], stamp: 5)), now)
            var operations = StoreScript.consume("o", stamp: 5)
            operations.deletes = [StoreScript.name("a")]
            operations.sets = StoreScript.set(["o": "2"], stamp: 6).sets + StoreScript.set(["c": "3"]).sets
            #expect(try store.word(.apply(key, operations), now) == "done")
            #expect(try store.values(key, now) == ["\"b\"": "2", "\"c\"": "3", "\"o\"": "2"])
            #expect(try store.opened(key, now)?.values.entry(named: StoreScript.name("o"))?.stamp == 6)

        case .emptiedIsDeleted:
            try create()
            #expect(try store.word(.apply(key, StoreScript.delete("a", "b")), now) == "emptied")
            #expect(try store.word(.open(key), now) == "absent")
            #expect(try store.word(.apply(key, start), now) == "gone")
            let other = script.key()
            _ = try store.ask(.create(other, StoreScript.set(["o": "1"], stamp: 9)), now)
            #expect(try store.word(.apply(other, StoreScript.consume("o", stamp: 9)), now) == "emptied")
            #expect(try store.word(.open(other), now) == "absent")

        case .touchMovesLastSeen:
            try create()
            #expect(try store.word(.apply(key, StoreOperations()), now + 9) == "done")
            #expect(try store.opened(key, now + 9)?.lastSeen == now + 9)
            #expect(try store.word(.apply(key, StoreScript.set(["a": "3"])), now + 4) == "done")
            let session = try #require(try store.opened(key, now + 9))
            #expect(session.lastSeen == now + 9 && session.birth == now)

        case .idleEnds:
            try create()
            #expect(try store.word(.open(key), now + store.times.idleTimeout - 1) == "opened")
            let end = now + store.times.idleTimeout
            #expect(try store.word(.open(key), end) == "absent")
            #expect(try store.word(.apply(key, start), end) == "gone")
            #expect(try store.word(.renew(key, to: script.key(renewing: key), start), end) == "gone")
            #expect(try store.word(.open(key), end) == "absent")

        case .lifetimeEnds:
            try create()
            let step = store.times.idleTimeout / 2
            var time = now
            while time + step < now + store.times.lifetime {
                time += step
                #expect(try store.word(.apply(key, StoreOperations()), time) == "done")
            }
            #expect(try store.word(.open(key), now + store.times.lifetime - 1) == "opened")
            #expect(try store.word(.open(key), now + store.times.lifetime) == "absent")
            #expect(try store.word(.apply(key, start), now + store.times.lifetime) == "gone")

        case .deletedStaysDeleted:
            try create()
            #expect(try store.word(.delete(key), now) == "done")
            #expect(try store.word(.open(key), now) == "absent")
            #expect(try store.word(.apply(key, start), now) == "gone")
            let new = script.key(renewing: key)
            #expect(try store.word(.renew(key, to: new, start), now) == "gone")
            #expect(try store.word(.open(key), now) == "absent")
            #expect(try store.word(.open(new), now) == "absent")
            #expect(try store.word(.delete(key), now) == "done")

        case .renewMoves:
            try create()
            let new = script.key(renewing: key)
            #expect(new.tag == key.tag && new != key)
            #expect(try store.word(.renew(key, to: new, StoreOperations()), now + 5) == "done")
            #expect(try store.word(.open(key), now + 5) == "moved")
            let session = try #require(try store.opened(new, now + 5))
            #expect(session.birth == now && session.lastSeen == now + 5 && session.key == new)
            #expect(try store.values(new, now + 5) == ["\"a\"": "1", "\"b\"": "2"])

        case .renewChanges:
            try create()
            let new = script.key(renewing: key)
            var operations = StoreScript.delete("a")
            operations.sets = StoreScript.set(["user": "42"]).sets
            #expect(try store.word(.renew(key, to: new, operations), now) == "done")
            #expect(try store.values(new, now) == ["\"b\"": "2", "\"user\"": "42"])

        case .renewForwards:
            try create()
            let new = script.key(renewing: key)
            _ = try store.ask(.renew(key, to: new, StoreOperations()), now)
            let late = now + StoreTimes.forwarding - 1
            #expect(try store.word(.apply(key, StoreScript.set(["c": "3"])), late) == "done elsewhere")
            #expect(try store.word(.open(key), late) == "moved")
            #expect(try store.values(new, late) == ["\"a\"": "1", "\"b\"": "2", "\"c\"": "3"])
            #expect(try store.word(.apply(key, StoreScript.delete("a", "b", "c")), late) == "emptied")
            #expect(try store.word(.open(new), late) == "absent")

        case .forwardingEnds:
            try create()
            let new = script.key(renewing: key)
            _ = try store.ask(.renew(key, to: new, StoreOperations()), now)
            let end = now + StoreTimes.forwarding
            #expect(try store.word(.apply(key, StoreScript.set(["c": "3"])), end) == "gone")
            #expect(try store.word(.delete(key), end) == "done")
            #expect(try store.word(.open(key), end) == "absent")
            #expect(try store.values(new, end) == ["\"a\"": "1", "\"b\"": "2"])

        case .renewForwardsFurther:
            try create()
            var newest = key
            for _ in 0..<4 {
                let next = script.key(renewing: newest)
                #expect(try store.word(.renew(newest, to: next, StoreOperations()), now) == "done")
                newest = next
            }
            #expect(try store.word(.apply(key, StoreScript.set(["c": "3"])), now) == "done elsewhere")
            #expect(try store.values(newest, now)?["\"c\""] == "3")

        case .renewOfRenewedMovesOn:
            try create()
            let (first, second) = (script.key(renewing: key), script.key(renewing: key))
            #expect(try store.word(.renew(key, to: first, StoreScript.set(["c": "1"])), now) == "done")
            #expect(try store.word(.renew(key, to: second, StoreScript.set(["user": "42"])), now) == "done")
            #expect(try store.word(.open(first), now) == "moved")
            #expect(try store.values(second, now) == ["\"a\"": "1", "\"b\"": "2", "\"c\"": "1", "\"user\"": "42"])
            for old in [key, first] {
                #expect(try store.word(.apply(old, StoreScript.set(["d": "4"])), now) == "done elsewhere")
            }
            #expect(try store.values(second, now)?["\"d\""] == "4")

        case .deleteFollows:
            try create()
            let new = script.key(renewing: key)
            _ = try store.ask(.renew(key, to: new, StoreOperations()), now)
            #expect(try store.word(.delete(key), now) == "done")
            #expect(try store.word(.open(new), now) == "absent")
            #expect(try store.word(.apply(key, start), now) == "gone")
            #expect(try store.word(.apply(new, start), now) == "gone")

        case .renewThatEmpties:
            try create()
            let new = script.key(renewing: key)
            #expect(try store.word(.renew(key, to: new, StoreScript.delete("a", "b")), now) == "emptied")
            #expect(try store.word(.open(key), now) == "absent")
            #expect(try store.word(.open(new), now) == "absent")
            #expect(try store.word(.apply(key, start), now) == "gone")

        case .replaceBeginsAnew:
            try create()
            let new = script.key(renewing: key)
            #expect(try store.word(.replace(key, with: new, StoreScript.set(["z": "9"])), now + 3) == "done")
            #expect(try store.word(.open(key), now + 3) == "moved")
            #expect(try store.values(new, now + 3) == ["\"z\"": "9"])
            #expect(try store.opened(new, now + 3)?.birth == now + 3)
            #expect(try store.word(.open(key), now + 3 + StoreTimes.forwarding) == "absent")
            // A request that opened the old session must not write into the new one: somebody else's, maybe.
            #expect(try store.word(.apply(key, start), now + 3) == "gone")
            #expect(try store.word(.delete(key), now + 3) == "done")
            #expect(try store.values(new, now + 3) == ["\"z\"": "9"])

        case .replaceOfGone:
            let new = script.key(renewing: key)
            #expect(try store.word(.replace(key, with: new, StoreScript.set(["z": "9"])), now) == "done")
            #expect(try store.values(new, now) == ["\"z\"": "9"])
            #expect(try store.word(.open(key), now) == "moved")

        case .replaceFollows:
            try create()
            let (renewed, new) = (script.key(renewing: key), script.key(renewing: key))
            _ = try store.ask(.renew(key, to: renewed, StoreOperations()), now)
            #expect(try store.word(.replace(key, with: new, StoreScript.set(["z": "9"])), now) == "done")
            #expect(try store.word(.open(renewed), now) == "moved")
            #expect(try store.word(.open(key), now) == "moved")
            #expect(try store.values(new, now) == ["\"z\"": "9"])

        case .issuedIsItsBirth:
            try create()
            #expect(try store.opened(key, now)?.issued == now)
            #expect(try store.word(.apply(key, StoreScript.set(["a": "3"])), now + 5) == "done")
            #expect(try store.opened(key, now + 5)?.issued == now)
            let renewed = script.key(renewing: key)
            #expect(try store.word(.renew(key, to: renewed, StoreOperations()), now + 6) == "done")
            #expect(try store.opened(renewed, now + 6)?.issued == now)
            let new = script.key(renewing: key)
            #expect(try store.word(.replace(renewed, with: new, start), now + 7) == "done")
            #expect(try store.opened(new, now + 7)?.issued == now + 7)

        case .issuedIsKept:
            var operations = start
            operations.issued = now + 2
            #expect(try store.word(.create(key, operations), now) == "done")
            #expect(try store.opened(key, now)?.issued == now + 2)
            #expect(try store.word(.apply(key, StoreScript.set(["c": "3"])), now + 5) == "done")
            #expect(try store.opened(key, now + 5)?.issued == now + 2)
            operations.issued = now + 6
            #expect(try store.word(.apply(key, operations), now + 6) == "done")
            #expect(try store.opened(key, now + 6)?.issued == now + 6)
            // A renewal alone, without a value.
            operations = StoreOperations()
            operations.issued = now + 9
            let renewed = script.key(renewing: key)
            #expect(try store.word(.renew(key, to: renewed, operations), now + 8) == "done")
            #expect(try store.word(.apply(key, StoreOperations()), now + 9) == "done elsewhere")
            let session = try #require(try store.opened(renewed, now + 9))
            #expect(session.issued == now + 9 && session.birth == now && session.values.count == 3)
            operations = start
            operations.issued = now + 12
            let new = script.key(renewing: key)
            #expect(try store.word(.replace(renewed, with: new, operations), now + 11) == "done")
            #expect(try store.opened(new, now + 11)?.issued == now + 12)
            // Its own gateway's clock may be behind.
            operations.issued = now + 1
            #expect(try store.word(.apply(new, operations), now + 11) == "done")
            #expect(try store.opened(new, now + 11)?.issued == now + 1)

        case .issuedIsNoValue:
            var operations = start
            operations.issued = now + 1
            #expect(try store.word(.create(key, operations), now) == "done")
            var none = StoreScript.delete("a", "b")
            none.issued = now + 2
            #expect(try store.word(.apply(key, none), now) == "emptied")
            #expect(try store.word(.open(key), now) == "absent")
            try create()
            #expect(try store.word(.apply(key, none), now) == "emptied")
            let other = script.key()
            #expect(try store.word(.create(other, operations), now) == "done")
            #expect(try store.word(.renew(other, to: script.key(renewing: other), none), now) == "emptied")

        case .sessionsAreApart:
            let others = (0..<20).map { _ in script.key() } + [script.key(renewing: key)]
            try create()
            for (number, other) in others.enumerated() {
                _ = try store.ask(.create(other, StoreScript.set(["n": "\(number)"])), now)
            }
            #expect(try store.word(.apply(key, StoreScript.set(["n": "-1"])), now) == "done")
            #expect(try store.word(.delete(others[0]), now) == "done")
            for (number, other) in others.enumerated().dropFirst() {
                #expect(try store.values(other, now) == ["\"n\"": "\(number)"])
            }
            #expect(try store.values(key, now)?["\"n\""] == "-1")

        case .largeIsKept:
            try create()
            let large = "\"\(String(repeating: "x", count: 120 * 1024))\""
            #expect(try store.word(.apply(key, StoreScript.set(["c": large])), now) == "done")
            #expect(try store.word(.apply(key, StoreScript.set(["d": large])), now) == "done")
            #expect(try store.values(key, now) == ["\"a\"": "1", "\"b\"": "2", "\"c\"": large, "\"d\"": large])

        case .randomStepsFollowTheModel:
            for seed in 1...8 as ClosedRange<UInt64> {
                var walk = StoreWalk(seed: seed &* 1_000_003 &+ UInt64(bitPattern: now), store)
                for _ in 0..<250 { try walk.step() }
            }
        }
    }
}
