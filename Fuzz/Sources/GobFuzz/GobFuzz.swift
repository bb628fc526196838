import GorillaSite
import Harness
import Sessions

/// The input is a gob, as it stands in a cookie that was signed with the right key.
@c(LLVMFuzzerTestOneInput)
public func checkGob(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let gob = [UInt8](UnsafeBufferPointer(start: start, count: count))
    let site = GorillaSite.plain
    let cookie = GorillaSite.cookie(of: gob)
    let opened = site.open(cookie)
    // Messages alone are no session; what is no map of values is malformed, and longer cookies no browser sends.
    must([.opened, .none, .malformed].contains(opened.outcome), "a signed cookie is \(opened.outcome)")
    guard let values = try? SessionValues(json: opened.json.span) else {
        fatalError("what services are sent is JSON: \(String(decoding: opened.json, as: UTF8.self))")
    }
    must(opened.json.allSatisfy { (0x20..<0x7F).contains($0) }, "services are sent ASCII")
    if opened.outcome == .malformed {
        must(values.isEmpty && opened.flashJSON.isEmpty && opened.hasDeadCookie, "nothing comes of a malformed one")
        return 0
    }
    checkTouch(site, opened)
    checkChange(site, opened, values)
    let inspection = site.sessions.inspect(
        name: "s",
        value: String(decoding: cookie, as: UTF8.self),
        now: GorillaSite.now
    )
    must(inspection.refusal == nil && inspection.flashJSON == opened.flashJSON, "who looks into it sees the same")
    for (name, type) in inspection.unread { readRegistered(site, cookie, name, type) }
    return 0
}

/// Takes whatever comes.
private struct Anything: Codable, Sendable {
    init(from decoder: any Decoder) throws {
        _ = try? decoder.container(keyedBy: Key.self).allKeys
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }

    private enum Key: String, CodingKey { case id = "ID" }
}

/// A value that services do not see is read by code that registered its type, if anything can be read of it.
private func readRegistered(_ site: GorillaSite, _ cookie: [UInt8], _ name: String, _ type: String) {
    var session = CookieStore(site.sessions.settings).load(
        from: SessionRequest(
            cookies: [("s", String(decoding: cookie, as: UTF8.self))],
            isPage: false,
            now: GorillaSite.now
        )
    )
    let goName = type.hasPrefix("*") ? String(type.dropFirst()) : type
    session.types.register(Anything.self, as: goName)
    let found = try? session.get(name, as: Anything.self)
    if found != nil { must((try? session.getRegistered(name)) != nil, "it is found by its name too") }
}

/// A cookie that is written again without a change holds the same.
private func checkTouch(_ site: GorillaSite, _ opened: OpenedSession) {
    let later = GorillaSite.now + 120
    guard let cookie = site.close(opened, SessionChanges(), now: later) else { return }
    let again = site.open(cookie, now: later)
    must(again.outcome == opened.outcome, "a touched cookie is what it was: \(again.outcome)")
    must(again.json == opened.json, "its values are what they were")
    must(again.flashJSON == opened.flashJSON, "its messages too")
    must(again.idText == opened.idText, "and its id")
}

/// A value that is set is there, and no other value is another.
private func checkChange(_ site: GorillaSite, _ opened: OpenedSession, _ values: SessionValues) {
    var changes = SessionChanges()
    do {
        try changes.set(#"{"a":7,"fuzz":["x",1,null,true]}"#.utf8Span.span)
        try changes.delete("b".utf8Span.span)
    } catch {
        fatalError("changes are read: \(error)")
    }
    guard let cookie = site.close(opened, changes) else { return }
    let again = site.open(cookie)
    must(again.outcome == .opened, "a changed cookie opens: \(again.outcome)")
    guard let changed = try? SessionValues(json: again.json.span) else { fatalError("its values are JSON") }
    must(changed["a"] == 7 && changed["fuzz"] == ["x", 1, .null, true], "what was set is there")
    must(changed["b"] == nil, "what was deleted is not")
    for member in values.members.list where !["a", "b", "fuzz"].contains(member.name) {
        must(changed[member.name] == member.value, "nothing else has changed: \(member.name)")
    }
    must(again.flashJSON == opened.flashJSON, "messages stay")
}

@main
struct GobFuzz {
    static func main() { fuzz(checkGob) }
}
