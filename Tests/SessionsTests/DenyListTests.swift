import Testing

@testable import Sessions

/// How long the list of what is void keeps its entries, and how many.
struct DenyListTests {
    private func denial(_ subject: String, until: Int64) -> Denial {
        Denial(.subject(subject, cookie: "c"), since: 0, until: until)
    }

    @Test func `the list is looked through from its front, and no further than to one that is in force`() {
        let list = DenyList()
        for (subject, until) in [("a", 10), ("b", 10), ("c", 50), ("d", 10)] as [(String, Int64)] {
            list.add(denial(subject, until: until), now: 0)
        }
        // Asked for a time that has passed it tells what it has, whether or not that is over.
        func has(_ subject: String) -> Bool { list.find(.subject(subject, cookie: "c"), now: 0) != nil }
        list.add(denial("e", until: 60), now: 10)
        #expect(!has("a") && !has("b") && has("c") && has("d"))
        list.add(denial("f", until: 60), now: 50)
        #expect(!has("c") && !has("d") && has("e"))
        #expect(list.all(now: 50).count == 2)
    }

    @Test func `one that is said again and again does not keep those behind it`() {
        let list = DenyList()
        for time in 0..<1000 as Range<Int64> {
            list.add(denial("again", until: time + 10), now: time)
            list.add(denial("\(time)", until: time + 10), now: time)
            #expect(list.find(.subject("again", cookie: "c"), now: time) != nil)
        }
        #expect(list.all(now: 0).count < 25)
    }

    @Test func `what is over makes room before what is in force`() {
        let list = DenyList(most: 32)
        for number in 0..<16 { list.add(denial("long \(number)", until: 1000), now: 0) }
        for number in 0..<16 { list.add(denial("short \(number)", until: 10), now: 0) }
        for number in 0..<14 { list.add(denial("later \(number)", until: 1000), now: 20) }
        #expect(list.all(now: 20).count == 30)
    }

    @Test func `the list keeps to its size, and what is over goes`() {
        let list = DenyList(most: 100)
        var random = SeededRandom()
        let ids = (0..<300).map { _ in SessionID(random: &random) }
        for (number, id) in ids.enumerated() {
            list.add(Denial(.id(id), since: 0, until: 1000 + Int64(number)), now: 0)
        }
        #expect(list.all(now: 0).count <= 100 && list.all(now: 0).count > 80)
        #expect(list.find(ids[299], now: 0) != nil && list.find(ids[0], now: 0) == nil)
        list.add(Denial(.subject("a", cookie: "c"), since: 0, until: 5000), now: 2000)
        #expect(list.all(now: 0).count == 1 && !list.hasNoSubjects)
        list.add(Denial(.subject("a", cookie: "c"), since: 7, until: 4000), now: 2000)
        #expect(
            list.find(.subject("a", cookie: "c"), now: 2000)
                == Denial(.subject("a", cookie: "c"), since: 7, until: 5000)
        )
        #expect(ids.allSatisfy { list.find($0, now: 0) == nil })
    }

    @Test func `longer times of a cookie's sessions keep what is denied of them for longer, and of no others`() {
        let list = DenyList()
        func until(_ subject: String, _ cookie: String = "c") -> Int64? {
            list.find(.subject(subject, cookie: cookie), now: 0)?.until
        }
        func goBy(_ seconds: Int64) {
            list.goBy(.testing { ($0.name, $0.idleTimeout) = ("c", seconds) })
        }
        list.add(denial("before", until: 700), now: 0)
        goBy(600)
        list.add(Denial(.subject("other", cookie: "d"), since: 0, until: 700), now: 0)
        #expect(until("before") == 700)
        goBy(3600)
        // As other gateways begin it, which do not know of the longer time yet.
        list.add(denial("after", until: 700), now: 0)
        #expect(until("before") == 3901 && until("after") == 3901 && until("other", "d") == 700)
        goBy(60)
        #expect(until("before") == 3901)
        list.add(Denial(.subject("latest", cookie: "d"), since: 0, until: 9000), now: 3901)
        #expect(until("before") == nil && until("after") == nil)
    }
}
