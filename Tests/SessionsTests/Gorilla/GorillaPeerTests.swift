import Glibc
import Testing

@testable import Sessions

/// Sessions that go back and forth between the gateway and gorilla/sessions itself.
@Suite(.serialized)
struct GorillaPeerTests {
    private static let count = 150

    private func browser(encrypted: Bool, seed: UInt64 = 1) -> Browser {
        // Gorilla goes by the machine's clock, which cannot be handed in.
        Browser(now: Int64(time(nil)), seed: seed) { settings in
            settings.name = "_buffalo_session"
            settings.format = .gorilla
            settings.secrets = [Array(GoPeer.hashKey.utf8)]
            settings.blockKeys = encrypted ? [Array(GoPeer.blockKey.utf8)] : []
        }
    }

    private func members(_ value: Value?) throws -> Members {
        guard case .object(let members)? = value else { throw SaveError.malformed(field: "Go", why: "no object") }
        return members
    }

    /// Whether two values are the same to a service: numbers by what they are worth, not by how they are written.
    private func isSame(_ left: Value?, _ right: Value?) -> Bool {
        switch (left, right) {
        case (.number(let left)?, .number(let right)?):
            left == right
                || (isFloat(left) || isFloat(right)) && Double(left.text) == Double(right.text)
        // Go reads a list without elements as a nil slice, which is a list to Go and null to its JSON.
        case (.null?, .array(let right)?) where right.isEmpty: true
        case (.array(let left)?, .array(let right)?):
            left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
        default: left == right
        }
    }

    private func isFloat(_ number: NumberText) -> Bool {
        number.text.utf8.contains { [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains($0) }
    }

    @Test(arguments: [false, true])
    func `reads what gorilla wrote, and keeps it when it writes`(encrypted: Bool) throws {
        let peer = try GoPeer.shared()
        let made = try peer.make(seed: encrypted ? 2 : 1, count: Self.count, encrypted: encrypted)
        #expect(made.count == Self.count)
        var browser = browser(encrypted: encrypted)
        var written: [String] = []
        for line in made {
            browser.jar = [("_buffalo_session", line.cookie)]
            let opened = browser.open()
            #expect(opened.outcome == .opened)
            let shown = try SessionValues(json: opened.json.span)
            for member in try members(line.values).list {
                if member.name.hasPrefix("k") {
                    #expect(
                        isSame(shown[member.name], member.value),
                        "\(member) \(String(describing: shown[member.name]))"
                    )
                } else {
                    #expect(shown[member.name] == nil)
                }
            }
            #expect(try shown.count == members(line.values).list.filter { $0.name.hasPrefix("k") }.count)
            #expect(try opened.flashJSON.isEmpty == (members(line.values)["_flash_"] == nil))
            // A visit after the minute writes the cookie anew, and changes nothing in it.
            browser.now = try #require(opened.lastSeen) + 61
            let visit = try browser.visit(page: false)
            #expect(visit.outcome == .touched)
            #expect(browser.open().json == opened.json && browser.open().flashJSON == opened.flashJSON)
            #expect(browser.open().idText == opened.idText && browser.open().birth == opened.birth)
            written.append(try #require(browser.cookie))
        }
        let before = try peer.read(made.map(\.cookie), encrypted: encrypted)
        let after = try peer.read(written, encrypted: encrypted)
        for (before, after) in zip(before, after) {
            var types = try members(after.types)
            #expect(types["_gateway_"] != nil)
            types["_gateway_"] = nil
            // The text of the messages may be written otherwise; every other value is the same to the last bit.
            var former = try members(before.types)
            former["_flash_"] = nil
            types["_flash_"] = nil
            #expect(types == former)
        }
    }

    @Test func `gives Go the types it had, and fitting ones for new values`() throws {
        let peer = try GoPeer.shared()
        let made = try peer.make(seed: 3, count: Self.count, encrypted: false)
        var browser = browser(encrypted: false)
        var written: [String] = []
        let new: [(json: String, go: String)] = [
            ("5", "int 5"), ("-1", "int -1"), ("18446744073709551615", "uint64 0xffffffffffffffff"),
            ("1.5", "float64 1.5"), ("true", "bool true"), ("null", "<nil> <nil>"), (#""a\u00e9""#, "string \"aé\""),
            (#"["a","b"]"#, #"[]string []string{"a", "b"}"#), ("[]", "[]interface {} []interface {}(nil)"),
            (#"[1,["x"],[]]"#, #"[]interface {} []interface {}{1, []string{"x"}, []interface {}(nil)}"#),
        ]
        for line in made {
            browser.jar = [("_buffalo_session", line.cookie)]
            browser.now = try #require(browser.open().lastSeen)
            var set: [String] = new.enumerated().map { #""n\#($0.offset)":\#($0.element.json)"# }
            for member in try members(line.types).list where isNumber(member) { set.append(#""\#(member.name)":1"#) }
            let visit = try browser.visit(
                .ok(("Set", "{\(set.joined(separator: ","))}"), ("Delete", "x_account, x_map")),
                page: false
            )
            #expect(visit.outcome == .changed)
            written.append(try #require(browser.cookie))
        }
        for (before, after) in zip(made, try peer.read(written, encrypted: false)) {
            let types = try members(after.types)
            for (place, value) in new.enumerated() { #expect(types["n\(place)"] == .string(value.go)) }
            #expect(types["x_account"] == nil && types["x_map"] == nil)
            for member in try members(before.types).list where !["x_account", "x_map"].contains(member.name) {
                guard isNumber(member), case .string(let former) = member.value,
                    case .string(let now)? = types[member.name]
                else {
                    if member.name.hasPrefix("x_") { #expect(types[member.name] == member.value) }
                    continue
                }
                #expect(now.split(separator: " ").first == former.split(separator: " ").first)
                #expect(now.hasSuffix(" 1") || now.hasSuffix(" 0x1"))
            }
        }
    }

    @Test func `survives every stream of Go's with bytes changed, put in and taken out`() throws {
        let peer = try GoPeer.shared()
        let made = try peer.make(seed: 6, count: 40, encrypted: false)
        let codec = Securecookie(hashKeys: [Array(GoPeer.hashKey.utf8)], blockKeys: [], name: "_buffalo_session")
        var random = SeededRandom(8)
        var taken = 0
        for line in made {
            let cookie = Array(line.cookie.utf8)
            guard case .content(let gob, let date, _, let code) = codec.open(cookie.span, 0..<cookie.count) else {
                Issue.record("it does not open")
                continue
            }
            for _ in 0..<100 {
                var changed = gob
                for _ in 0...Int.random(in: 0..<3, using: &random) {
                    let place = changed.indices.randomElement(using: &random) ?? 0
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: changed[place] = UInt8.random(in: .min ... .max, using: &random)
                    case 1: changed.insert(changed.randomElement(using: &random) ?? 0, at: place)
                    default: changed.remove(at: place)
                    }
                }
                guard let contents = GorillaContents(changed, date: date, keyIndex: 0, code: code) else { continue }
                taken += 1
                // What is taken can be shown, and written so that it is taken as the same again.
                #expect(throws: Never.self) { try SessionValues(json: contents.values.json.span) }
                #expect(try GobMap(contents.map.gob).entries.map(\.value) == contents.map.entries.map(\.value))
            }
        }
        #expect(taken > 200)
    }

    private func isNumber(_ member: Members.Member) -> Bool {
        guard member.name.hasPrefix("k"), case .string(let type) = member.value else { return false }
        return ["int", "uint", "float"].contains(where: type.hasPrefix)
    }

    @Test(arguments: [false, true])
    func `gorilla reads random sessions that the gateway made`(encrypted: Bool) throws {
        let peer = try GoPeer.shared()
        var random = SeededRandom(77)
        var browser = browser(encrypted: encrypted, seed: 5)
        var written: [(json: [UInt8], cookie: String)] = []
        for _ in 0..<Self.count {
            browser.jar = []
            var members = Members()
            for place in 0...Int.random(in: 0...6, using: &random) {
                members["m\(place)"] = randomValue(&random, depth: 0)
            }
            var json: [UInt8] = []
            JSON.write(members, into: &json)
            try browser.visit(.ok(("Set", text(json)), ("Flash", #"{"info":"made here"}"#)))
            written.append((json, try #require(browser.cookie)))
        }
        let read = try peer.read(written.map(\.cookie), encrypted: encrypted)
        #expect(read.count == Self.count)
        for (sent, line) in zip(written, read) {
            let values = try members(line.values)
            let members = try members(JSON.parse(sent.json.span))
            for member in members.list {
                #expect(isSame(values[member.name], member.value), "\(member)")
            }
            #expect(values.count == members.count + 2)
            // Buffalo's messages are bytes of JSON, which Go's encoding/json shows in base64.
            #expect(values["_flash_"] == .string(Base64.encode(Array(#"{"info":["made here"]}"#.utf8))))
        }
    }

    private func randomValue(_ random: inout SeededRandom, depth: Int) -> Value {
        switch Int.random(in: 0..<(depth < 4 ? 9 : 7), using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2: .number(NumberText(Int64.random(in: .min ... .max, using: &random)))
        case 3: .number(NumberText(Int64.random(in: -300...300, using: &random)))
        case 4: .number(NumberText(UInt64.random(in: .min ... .max, using: &random)))
        case 5: NumberText(Double.random(in: -1...1, using: &random)).map(Value.number) ?? .null
        case 6: .string(["", "a", "é\n\"\\", "😀\u{2028}<&>", "aGk="].randomElement(using: &random) ?? "")
        default:
            .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in randomValue(&random, depth: depth + 1) })
        }
    }
}
