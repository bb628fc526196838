import Sessions
import Testing

/// Does at random what services may do, and keeps beside the engine the plainest thing that can hold the truth.
struct SessionModel {
    private var browser: Browser
    private var random: SeededRandom
    private var values: [String: Int] = [:]
    private var once: Set<String> = []
    private var flash: [String: [String]] = [:]
    private var id = ""
    private var serial = 0

    init(seed: UInt64, _ store: StoreKind) {
        browser = Browser(seed: seed) {
            $0.renewOn = ["b"]
            $0.store = store
        }
        random = SeededRandom(seed &* 77)
    }

    mutating func step() throws {
        serial += 1
        browser.now += Int64.random(in: 0...90, using: &random)
        let isPage = Bool.random(using: &random)
        var answer = Answer(status: [200, 200, 302, 404, 500].randomElement(using: &random) ?? 200)
        let before = values
        let handedOnce = once
        let cleared = chance(8)
        let deleted = chance(4) ? [name(), name()] : []
        let set = chance(2) ? [name(), name()] : []
        let setOnce = chance(5) ? [name()] : []
        let renews = chance(10)
        let adds = chance(4)
        let keeps = chance(4)
        if renews { answer.fields.append(("Renew", "1")) }
        if !setOnce.isEmpty { answer.fields.append(("Set-Once", #"{"\#(setOnce[0])":\#(serial)}"#)) }
        if !set.isEmpty { answer.fields.append(("Set", #"{"\#(set[0])":\#(serial % 3),"\#(set[1])":1}"#)) }
        if !deleted.isEmpty { answer.fields.append(("Delete", deleted.joined(separator: " ,"))) }
        if cleared { answer.fields.append(("Clear", "1")) }
        if adds { answer.fields.append(("Flash", #"{"k":"m\#(serial)"}"#)) }
        if keeps { answer.fields.append(("Keep", "1")) }

        let visit = try browser.visit(answer, page: isPage)
        try expectModel(visit)

        if answer.status < 500 {
            for name in handedOnce { values[name] = nil }
            once = []
            if cleared { values = [:] }
            for name in deleted { values[name] = nil }
            if !set.isEmpty {
                values[set[0]] = serial % 3
                values[set[1]] = 1
            }
            for name in setOnce {
                values[name] = serial
                once.insert(name)
            }
            if isPage, !keeps, answer.status != 302 { flash = [:] }
            if adds { flash["k", default: []].append("m\(serial)") }
        }

        let next = browser.open()
        let nextID = text(next.idText)
        let isNewID = cleared || renews || before["b"] != values["b"] || before.isEmpty
        #expect(nextID.isEmpty == values.isEmpty)
        if answer.status >= 500 {
            #expect(nextID == id)
        } else if !values.isEmpty {
            #expect((nextID != id) == isNewID)
        }
        id = nextID
    }

    private func expectModel(_ visit: Browser.Visit) throws {
        let session = try SessionValues(json: visit.opened.json.span)
        #expect(session.count == values.count)
        for (name, value) in values { #expect(session[name] == .number(NumberText(value))) }
        #expect(visit.id == id)
        if flash.isEmpty {
            #expect(visit.flash.isEmpty)
        } else {
            #expect(visit.flash == #"{"k":["\#((flash["k"] ?? []).joined(separator: #"",""#))"]}"#)
        }
        #expect(!visit.opened.hasDeadCookie && !visit.opened.hasDeadFlash)
    }

    private mutating func chance(_ oneIn: Int) -> Bool {
        Int.random(in: 0..<oneIn, using: &random) == 0
    }

    private mutating func name() -> String {
        ["a", "b", "c", "d", "e"].randomElement(using: &random) ?? "a"
    }
}
