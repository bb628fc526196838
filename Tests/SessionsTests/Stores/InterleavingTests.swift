import Sessions
import Testing

/// Requests of one browser that are under way at the same time, whose answers are made and arrive in any order, beside the
/// plainest thing that can say what must come of them.
struct InterleavingTests {
    /// A session from its birth, through its renewals, to its end.
    private final class Life {
        var values: [String: Int]
        var isOver = false
        var isReplaced = false
        /// How often it was renewed: only the newest token opens.
        var generation = 0

        init(_ values: [String: Int]) { self.values = values }
    }

    private struct Request {
        let opened: OpenedSession
        let life: Life?
    }

    /// What one answer asks for.
    private struct Order {
        var clears = false
        var renews = false
        var deletes: [String] = []
        var sets: [String: Int] = [:]
        var isError = false

        init(_ serial: Int, _ random: inout SeededRandom) {
            func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
            let names = ["a", "b", "c", "d", "e"].shuffled(using: &random)
            clears = chance(12)
            renews = chance(8)
            isError = chance(10)
            deletes = Array(names.prefix(Int.random(in: 0...2, using: &random)))
            for name in names.dropFirst(2).prefix(Int.random(in: 0...2, using: &random)) { sets[name] = serial }
        }

        var answer: Answer {
            var fields: [(name: String, value: String)] = []
            if clears { fields.append(("Clear", "1")) }
            if renews { fields.append(("Renew", "1")) }
            if !deletes.isEmpty { fields.append(("Delete", deletes.joined(separator: ","))) }
            let members = sets.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
            if !members.isEmpty { fields.append(("Set", "{\(members.joined(separator: ","))}")) }
            return Answer(status: isError ? 500 : 200, fields: fields)
        }
    }

    /// What the browser's cookie leads to.
    private struct Jar {
        var life: Life?
        var generation = 0

        var opens: Life? {
            guard let life, !life.isOver, life.generation == generation else { return nil }
            return life
        }

        /// Whether its session has ended, and not merely got another token of which the browser may not have heard yet.
        var isDead: Bool {
            guard let life else { return false }
            return life.isOver && !life.isReplaced && life.generation == generation
        }
    }

    /// A response on its way to the browser, and what it makes of the jar.
    private struct Response {
        let closed: ClosedSession
        let jar: Jar?
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `no change is lost, and no session that was ended comes back`(seed: UInt64) throws {
        var browser = Browser(.memory)
        var random = SeededRandom(seed)
        var jar = Jar()
        var underWay: [Request] = []
        var arriving: [Response] = []
        for serial in 0..<1500 {
            if !arriving.isEmpty, arriving.count > 2 || Bool.random(using: &random) {
                let response = arriving.remove(at: Int.random(in: arriving.indices, using: &random))
                #expect(response.closed.setCookies.isEmpty == (response.jar == nil))
                browser.take(response.closed)
                jar = response.jar ?? jar
            } else if underWay.count < 2 || (underWay.count < 6 && Bool.random(using: &random)) {
                let opened = browser.open()
                #expect(try values(opened) == jar.opens?.values)
                #expect(opened.hasDeadCookie == jar.isDead)
                underWay.append(Request(opened: opened, life: jar.opens))
            } else {
                let request = underWay.remove(at: Int.random(in: underWay.indices, using: &random))
                let order = Order(serial, &random)
                let closed = try browser.close(request.opened, order.answer)
                let (outcome, jar) = apply(order, request)
                // Whether a change changes anything is judged by what was opened.
                let isSame = closed.outcome == outcome || (closed.outcome == .unchanged && outcome == .changed)
                #expect(isSame, "\(closed.outcome) \(outcome) \(order)")
                arriving.append(Response(closed: closed, jar: jar))
            }
        }
    }

    private func values(_ opened: OpenedSession) throws -> [String: Int]? {
        guard opened.outcome == .opened else { return nil }
        var values: [String: Int] = [:]
        for member in try SessionValues(json: opened.json.span).members.list {
            values[member.name] = Int(value: member.value)
        }
        return values
    }

    /// The model's own end of a request: what became of the session, and of the jar once the browser hears of it.
    private func apply(_ order: Order, _ request: Request) -> (CloseOutcome, Jar?) {
        let asks = order.clears || order.renews || !order.deletes.isEmpty || !order.sets.isEmpty
        guard let life = request.life, !order.isError, asks else {
            if request.life == nil, !order.isError, !order.sets.isEmpty {
                return (.created, Jar(life: Life(order.sets)))
            }
            return request.opened.hasDeadCookie ? (.expired, Jar()) : (.unchanged, nil)
        }
        if order.clears {
            life.isReplaced = life.isReplaced || !order.sets.isEmpty
            life.isOver = true
            return !order.sets.isEmpty ? (.created, Jar(life: Life(order.sets))) : (.cleared, Jar())
        }
        if life.isOver { return (.gone, nil) }
        for name in order.deletes { life.values[name] = nil }
        life.values.merge(order.sets) { _, new in new }
        if life.values.isEmpty {
            life.isOver = true
            return (.cleared, Jar())
        }
        if order.renews {
            life.generation += 1
            return (.renewed, Jar(life: life, generation: life.generation))
        }
        return (.changed, nil)
    }
}
