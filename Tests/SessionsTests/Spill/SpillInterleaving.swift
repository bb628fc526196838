@testable import Sessions

/// One browser's requests, made, answered and arriving in a random order, whose session goes back and forth between its
/// cookie and a store that takes its time and may fail, beside the plainest thing that can say what must come of them.
///
/// Answers arrive in the order they are given, or not at all, as when the browser hangs up: what overtakes is its own
/// trouble, told in docs/sessions.md.
struct SpillInterleaving {
    /// A session from its birth to its end, under all its ids.
    private final class Life {
        var values: [String: Int] = [:]
        var isOver = false
        /// The id in the cookie that was given out last.
        var id = ""
    }

    private struct Request {
        let opened: OpenedSession
        let life: Life?
    }

    /// An answer that the store was asked for.
    private struct Pending {
        let asked: SpillStage.Asked
        let answer: Answer
        let life: Life?
    }

    private let stage: SpillStage
    private var random: SeededRandom
    private var jar = SpillStage.Jar()
    private var lives: [String: Life] = [:]
    private var requests: [Request] = []
    /// Answers that wait for another one's move.
    private var waiting: [(request: Request, answer: Answer)] = []
    private var pending: [Pending] = []
    private var serial = 0
    private var mayHangUp = true
    private(set) var mistakes: [String] = []
    private(set) var trace: [String] = []
    private(set) var seen = (moved: 0, failed: 0, waited: 0, led: 0, returned: 0)

    init(seed: UInt64) {
        stage = SpillStage(seed: seed)
        random = SeededRandom(seed &* 31)
    }

    mutating func run(steps: Int) throws {
        try open()
        try answer(0, Answer.ok(("Set", #"{"base":0}"#)))
        for _ in 0..<steps {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3: if requests.count < 5 { try open() }
            case 4...6: if !requests.isEmpty { try answer(Int.random(in: requests.indices, using: &random), order()) }
            case 7: try retry()
            default: if !pending.isEmpty { try end(Int.random(in: pending.indices, using: &random)) }
            }
        }
        while !requests.isEmpty { try answer(0, order()) }
        while !pending.isEmpty || !waiting.isEmpty {
            if !pending.isEmpty { try end(0) }
            try retry()
        }
        mayHangUp = false
        // Once to look, and once more to find what the answer to that has brought.
        for _ in 0..<2 {
            try open()
            try answer(0, Answer())
            while !pending.isEmpty { try end(0) }
        }
        // A cookie that the browser was not told to forget is another matter.
        guard !jar.session.isEmpty, let id = try id(jar.session), lives[id]?.isOver == false else { return }
        stage.now += SessionJournal.longWindow + 1
        try open()
    }

    // MARK: The browser

    private mutating func open() throws {
        let isLed = !jar.isToken && !stage.find(jar).tokens.isEmpty
        let opened = try stage.open(jar)
        let id = try jar.session.isEmpty ? nil : self.id(jar.session)
        let owner = id.flatMap { lives[$0] }
        if isLed, opened.identity != nil { seen.led += 1 }
        trace.append("open \(jar.isToken ? "token" : "sealed") \(id?.prefix(4) ?? "none") \(shown(opened))")
        if let owner { look(opened, owner, id) }
        requests.append(Request(opened: opened, life: opened.identity == nil ? nil : owner))
    }

    /// What a request shows must be true.
    private mutating func look(_ opened: OpenedSession, _ owner: Life, _ id: String?) {
        if opened.identity == nil {
            // By an old id nothing need be shown.
            if !owner.isOver, owner.id == id { mistakes.append("the session with \(owner.values) is lost") }
            return
        }
        if owner.isOver { return mistakes.append("what had ended is back: \(shown(opened))") }
        if owner.id == id, shown(opened) != owner.values {
            mistakes.append("shown \(shown(opened)), true is \(owner.values)")
        }
    }

    // MARK: The service

    private mutating func order() -> Answer {
        serial += 1
        var answer = Answer(status: chance(12) ? 502 : 200)
        let name = ["a", "b", "c"].randomElement(using: &random) ?? "a"
        if chance(2) { answer.fields.append(("Set", #"{"\#(name)":\#(serial)}"#)) }
        if chance(5) { answer.fields.append(("Delete", ["a", "b", "c"].randomElement(using: &random) ?? "a")) }
        if chance(4) {
            answer.fields.append(("Set", #"{"large\#(serial % 2)":"\#(String(repeating: "x", count: 2900))"}"#))
        }
        if chance(5) { answer.fields.append(("Delete", "large\(serial % 2)")) }
        if chance(10) { answer.fields.append(("Renew", "1")) }
        if chance(14) {
            answer.fields.append(("Clear", "1"))
            if chance(2) { answer.fields.append(("Set", #"{"base":\#(serial)}"#)) }
        } else if !answer.fields.isEmpty {
            // A session that has lost all its values is a matter of its own.
            answer.fields.append(("Set", #"{"base":\#(serial)}"#))
        }
        return answer
    }

    private mutating func answer(_ place: Int, _ answer: Answer) throws {
        try self.answer(requests.remove(at: place), answer)
    }

    private mutating func answer(_ request: Request, _ answer: Answer) throws {
        switch try stage.plan(request.opened, answer) {
        case .closed(let closed): close(closed, answer, request.life)
        case .waits:
            seen.waited += 1
            waiting.append((request, answer))
        case .asks(let opened, let save):
            pending.append(Pending(asked: .init(opened: opened, save: save), answer: answer, life: request.life))
        }
    }

    private mutating func retry() throws {
        let all = waiting
        waiting = []
        for (request, answer) in all { try self.answer(request, answer) }
    }

    private mutating func end(_ place: Int) throws {
        let pending = pending.remove(at: place)
        let fails = pending.asked.save.request != nil && chance(8)
        do {
            close(try stage.end(pending.asked, fails ? .failed(why: "away") : nil), pending.answer, pending.life)
        } catch {
            seen.failed += 1
            trace.append("failed \(short(pending.answer))")
        }
    }

    private mutating func close(_ closed: ClosedSession, _ answer: Answer, _ life: Life?) {
        trace.append("close \(short(answer)) \(closed.outcome) \(closed.setCookies.count)")
        if closed.outcome == .spilled { seen.moved += 1 }
        let target = answer.status < 500 && closed.outcome != .gone ? apply(answer, life, closed) : life
        var isIssued = false
        for setCookie in closed.setCookies.map(text) {
            let value = String(setCookie.prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst())
            guard !value.isEmpty, let id = try? id(value) else { continue }
            isIssued = true
            guard let target else {
                mistakes.append("a cookie for a session that is none")
                continue
            }
            lives[id] = target
            target.id = id
        }
        if isIssued, target?.isOver == true { mistakes.append("a cookie for a session that is over") }
        if mayHangUp, chance(6) {
            trace.append("which does not arrive")
            return
        }
        let wasToken = jar.isToken
        jar.take(closed)
        if wasToken, !jar.isToken, !jar.session.isEmpty { seen.returned += 1 }
    }

    /// Brings the truth up to an answer that was saved, and says whose it is.
    private func apply(_ answer: Answer, _ life: Life?, _ closed: ClosedSession) -> Life? {
        let clears = answer.fields.contains { $0.name == "Clear" }
        let sets = answer.fields.filter { $0.name == "Set" }
        var target = life
        if clears {
            life?.isOver = true
            target = nil
        } else if life?.isOver == true {
            return nil
        }
        if target == nil, !sets.isEmpty { target = Life() }
        guard let target else { return nil }
        for field in answer.fields where field.name == "Delete" { target.values[field.value] = nil }
        for field in sets {
            for (name, value) in values(Array(field.value.utf8)) { target.values[name] = value }
        }
        return target
    }

    // MARK: Small things

    private func shown(_ opened: OpenedSession) -> [String: Int] { values(opened.json) }

    /// Numbers, and of texts their lengths.
    private func values(_ json: [UInt8]) -> [String: Int] {
        var values: [String: Int] = [:]
        for member in (try? SessionValues(json: json.span))?.members.list ?? [] {
            values[member.name] = Int(value: member.value) ?? String(value: member.value)?.utf8.count
        }
        return values
    }

    private func id(_ value: String) throws -> String? {
        let bytes = Array(value.utf8)
        if let token = SessionToken(bytes.span, 0..<bytes.count) { return token.key.id.description }
        return stage.sessions.cookies.open(text: bytes, now: stage.now).map { text($0.idText) }
    }

    private func short(_ answer: Answer) -> String {
        "\(answer.status) " + answer.fields.map { "\($0.name) \($0.value.prefix(14))" }.joined(separator: ", ")
    }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
}
