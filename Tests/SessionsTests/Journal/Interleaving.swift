import Testing

@testable import Sessions

/// One browser whose requests overlap at random, and beside the engine what must be true whatever their order.
///
/// Each session is followed under all its ids. Changes take effect in the order in which answers come to the gateway;
/// a session that was cleared takes none.
struct Interleaving {
    /// In which order answers reach the browser, and what they may ask for.
    enum Rules: CaseIterable {
        /// Answers arrive in the order they passed the gateway, any time later; everything may happen.
        case arrivingInOrder
        /// Answers overtake each other; a session is neither ended nor renewed, so that the browser must end up with all.
        case overtaking
        /// Answers overtake each other and everything may happen: what is shown must be true, and nothing comes back.
        case anything
    }

    /// What a session holds in truth.
    private final class Truth {
        var values: [String: Int] = [:]
        var once: [String: Int] = [:]
        var id = ""
        var isCleared = false
        /// The session that was begun for it when it had lost its last value.
        var next: Truth?

        var all: [String: Int] { values.merging(once) { _, new in new } }
        var newest: Truth { next?.newest ?? self }
    }

    private struct Request {
        let opened: OpenedSession
        let truth: Truth?
        /// The session that the cookie was of, where it did not open.
        let gone: Truth?
        let handed: [String: Int]
        let seed: UInt64
    }

    private let rules: Rules
    private let sessions = CookieSessions(.testing { $0.renewOn = ["user"] }, memory: SessionMemory())
    private var random: SeededRandom
    private var crypto: SeededRandom
    private var now: Int64 = 1_800_000_000
    private var jar: String?
    private var requests: [Request] = []
    private var arriving: [[String]] = []
    private var truths: [String: Truth] = [:]
    private var serial = 0
    private(set) var mistakes: [String] = []
    /// Everything that happened, for whoever looks into a mistake.
    private(set) var trace: [String] = []
    /// How often an older version was healed, changes dropped, and changes applied to a renewed session.
    private(set) var seen = (healed: 0, dropped: 0, forwarded: 0)

    init(seed: UInt64, _ rules: Rules) {
        self.rules = rules
        random = SeededRandom(seed &* 31)
        crypto = SeededRandom(seed)
    }

    /// Lets requests overlap, then waits for all of them and looks at what the browser has.
    mutating func run(steps: Int) throws {
        open()
        try close(0, Answer.ok(("Set", #"{"base":0}"#)))
        deliver(0)
        now += 120
        for _ in 0..<steps {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3: if requests.count < 5 { open() }
            case 4...6: if !requests.isEmpty { try close(Int.random(in: requests.indices, using: &random), answer()) }
            case 7...8:
                if !arriving.isEmpty {
                    deliver(rules == .arrivingInOrder ? 0 : Int.random(in: arriving.indices, using: &random))
                }
            // Not so long that a renewed session's old cookie counts as one from another time.
            default: if now < 1_800_000_128 { now += 1 }
            }
        }
        while !requests.isEmpty { try close(Int.random(in: requests.indices, using: &random), answer()) }
        while !arriving.isEmpty {
            deliver(rules == .arrivingInOrder ? 0 : Int.random(in: arriving.indices, using: &random))
        }
        guard rules != .anything else { return }
        // Once to look, and once more after the journal has forgotten everything but what is due by then.
        open()
        let truth = requests[0].truth
        try close(0, Answer())
        while !arriving.isEmpty { deliver(0) }
        now += SessionJournal.longWindow + 1
        open()
        let left = try view(requests[0].opened)
        if left != truth?.all ?? [:] { mistake("the browser is left with \(left), true is \(truth?.all ?? [:])") }
    }

    // MARK: The browser

    private mutating func open() {
        var opened = OpenedSession()
        if let jar {
            let bytes = Array(jar.utf8)
            opened = sessions.open(bytes.span, candidates: [0..<bytes.count], flashCandidates: [], now: now)
            let cookieID = text(opened.idText)
            let owner = truths[cookieID]
            sessions.catchUp(&opened, now: now)
            look(opened, owner, cookieID)
        }
        let values = (try? view(opened)) ?? [:]
        let names = SessionChange.values(of: opened).onceNames
        let truth = opened.identity.flatMap { truths[$0.id.description] }
        requests.append(
            Request(
                opened: opened,
                truth: truth,
                gone: opened.goneID.flatMap { truths[$0.description] },
                handed: values.filter { names.contains($0.key) },
                seed: UInt64(serial)
            )
        )
        if opened.isSuperseded { seen.healed += 1 }
        trace.append(
            "open \(serial) \(text(opened.idText).prefix(4)) gone \(opened.goneID?.description.prefix(4) ?? "") \(text(opened.json))"
        )
    }

    /// What a request shows must be true.
    private mutating func look(_ opened: OpenedSession, _ owner: Truth?, _ cookieID: String) {
        guard let owner else { return mistake("a cookie of a session nobody made") }
        let shown = (try? view(opened)) ?? [:]
        if opened.identity == nil {
            let isGone = owner.isCleared || owner.all.isEmpty || owner.id != cookieID
            if !isGone { mistake("the session with \(owner.all) is lost") }
            return
        }
        if owner.isCleared { return mistake("the cleared session is back: \(shown)") }
        // By an old id a session is shown as it was.
        if owner.id == cookieID, shown != owner.all { mistake("shown \(shown), true is \(owner.all)") }
    }

    private mutating func deliver(_ place: Int) {
        for cookie in arriving.remove(at: place) {
            let value = cookie.prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst()
            jar = value.isEmpty ? nil : String(value)
        }
    }

    // MARK: The service

    private mutating func answer() -> Answer {
        serial += 1
        var answer = Answer(status: chance(12) ? 502 : 200)
        let mayEnd = rules != .overtaking
        if chance(2) { answer.fields.append(("Set", #"{"\#(name())":\#(serial)}"#)) }
        if chance(5) { answer.fields.append(("Delete", name())) }
        if chance(6) { answer.fields.append(("Set-Once", #"{"\#(name())":\#(serial)}"#)) }
        if mayEnd, chance(8) { answer.fields.append(("Delete", "base")) }
        if mayEnd, chance(16) { answer.fields.append(("Clear", "1")) }
        if mayEnd, chance(40) { answer.fields.append(("Revoke", "1")) }
        if mayEnd, chance(10) { answer.fields.append(("Renew", "1")) }
        if mayEnd, chance(10) { answer.fields.append(("Set", #"{"user":\#(serial % 3)}"#)) }
        return answer
    }

    private mutating func close(_ place: Int, _ answer: Answer) throws {
        let request = requests.remove(at: place)
        let closed = try sessions.close(
            request.opened,
            changes: answer.changes(),
            status: answer.status,
            isPage: false,
            secureConnection: false,
            now: now,
            random: &crypto
        )
        let cookies = closed.setCookies.map(text)
        if !cookies.isEmpty { arriving.append(cookies) }
        guard answer.status < 500 else {
            if !cookies.isEmpty { mistake("an answer of 502 set a cookie") }
            return
        }
        if closed.outcome == .gone { seen.dropped += 1 }
        let issued = cookies.compactMap(id)
        trace.append("close \(request.seed) \(answer.fields) \(closed.outcome) \(issued.map { $0.prefix(4) })")
        let target = apply(answer, request)
        for id in issued where truths[id] == nil {
            guard let target else {
                mistake("a cookie for a session that is none")
                continue
            }
            truths[id] = target
            target.id = id
        }
        if let truth = request.truth, request.opened.identity?.id.description != truth.newest.id { seen.forwarded += 1 }
    }

    /// Brings the truth up to the answer, and says whose it is now.
    private func apply(_ answer: Answer, _ request: Request) -> Truth? {
        let clears = answer.fields.contains { $0.name == "Clear" || $0.name == "Revoke" }
        let sets = members("Set", answer)
        let once = members("Set-Once", answer)
        let isNew = !sets.isEmpty || !once.isEmpty
        var target = request.truth?.newest
        if let truth = target {
            for (name, value) in request.handed where truth.once[name] == value { truth.once[name] = nil }
            if clears {
                truth.isCleared = true
                request.truth?.isCleared = true
                target = isNew ? Truth() : nil
            } else if truth.isCleared {
                return nil
            }
        } else if isNew {
            let begun = Truth()
            // It is the next of a session that had lost its values, unless that one has gone on meanwhile.
            if let gone = request.gone, !gone.isCleared, gone.next == nil, gone.all.isEmpty { gone.next = begun }
            target = begun
        }
        guard let target else { return nil }
        for field in answer.fields where field.name == "Delete" {
            target.values[field.value] = nil
            target.once[field.value] = nil
        }
        for (name, value) in sets {
            target.values[name] = value
            target.once[name] = nil
        }
        for (name, value) in once {
            target.once[name] = value
            target.values[name] = nil
        }
        return target
    }

    // MARK: Small things

    private func members(_ field: String, _ answer: Answer) -> [(String, Int)] {
        answer.fields.filter { $0.name == field }.flatMap { field in
            ((try? SessionValues(json: Array(field.value.utf8).span))?.members.list ?? []).compactMap { member in
                Int(value: member.value).map { (member.name, $0) }
            }
        }
    }

    private func view(_ opened: OpenedSession) throws -> [String: Int] {
        var values: [String: Int] = [:]
        for member in try SessionValues(json: opened.json.span).members.list {
            values[member.name] = Int(value: member.value)
        }
        return values
    }

    private func id(_ setCookie: String) -> String? {
        let value = Array(setCookie.utf8.prefix { $0 != 0x3B }.drop { $0 != 0x3D }.dropFirst())
        if value.isEmpty { return nil }
        return sessions.open(text: value, now: now).map { text($0.idText) }
    }

    private mutating func mistake(_ what: String) { mistakes.append("\(what) (\(rules))") }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    private mutating func name() -> String { ["a", "b", "c"].randomElement(using: &random) ?? "a" }
}
