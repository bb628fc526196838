import GorillaSite
import Harness
import Sessions

/// The input is a cookie's value; and what stands in one, signed with the right key, in place of date and content.
@c(LLVMFuzzerTestOneInput)
public func checkSecurecookie(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    for site in [GorillaSite.plain, GorillaSite.encrypted] {
        let unsigned = site.open(bytes)
        must([.malformed, .forged].contains(unsigned.outcome), "what nobody signed does not open: \(unsigned.outcome)")
        must(unsigned.json == Array("{}".utf8) && unsigned.idText.isEmpty, "and gives no session")
        must(unsigned.flashJSON.isEmpty && unsigned.hasDeadCookie, "and no messages")
        // Any outcome may come of what was signed, but no crash, and nothing that is not JSON.
        for cookie in [GorillaSite.cookie(ofDated: bytes), GorillaSite.cookie(of: bytes)] {
            let opened = site.open(cookie)
            must(opened.outcome != .forged, "who has the key forges nothing")
            must((try? JSON.parse(opened.json.span)) != nil, "services are sent JSON")
            must(opened.idText.isEmpty == (opened.outcome != .opened), "a session has an id, nothing else has one")
        }
    }
    checkChanged(bytes)
    checkTimes(bytes)
    return 0
}

/// A good cookie of which one character is another, or that is cut, does not open.
private func checkChanged(_ bytes: [UInt8]) {
    var random = Sequence64(seededBy: bytes.span)
    for site in [GorillaSite.plain, GorillaSite.encrypted] {
        guard let good = cookie(site, bytes) else { continue }
        must(site.open(good).outcome == .opened, "what was made here opens")
        let other = GorillaSite.plain.sessions.settings.blockKeys.isEmpty == site.sessions.settings.blockKeys.isEmpty
        must(other || GorillaSite.plain.open(good).outcome == .malformed, "nor without the block key")
        var changed = good
        let place = Int.random(in: good.indices, using: &random)
        changed[place] = UInt8.random(in: 0...255, using: &random)
        if changed != good { must(site.open(changed).outcome != .opened, "a changed cookie does not, at \(place)") }
        must(site.open(Array(good.dropLast())).outcome != .opened, "nor a cut one")
        must(site.open(good + [good[0]]).outcome != .opened, "nor a longer one")
    }
}

/// A session of the input as text; nil when it is too large.
private func cookie(_ site: GorillaSite, _ bytes: [UInt8]) -> [UInt8]? {
    var text: [UInt8] = []
    JSON.write(["text": .string(String(decoding: bytes, as: UTF8.self))], into: &text)
    var changes = SessionChanges()
    guard (try? changes.set(text.span)) != nil else { fatalError("what was written in JSON is read") }
    return site.close(OpenedSession(), changes)
}

/// The date is the number in front of the first bar, and nothing but a number.
private func checkTimes(_ bytes: [UInt8]) {
    guard let good = cookie(.plain, Array(bytes.prefix(200))) else { return }
    let lifetime = GorillaSite.plain.sessions.settings.lifetime
    let late = GorillaSite.plain.open(good, now: GorillaSite.now + lifetime)
    must(late.outcome == .expiredLifetime, "an old cookie is over: \(late.outcome)")
    let early = GorillaSite.plain.open(good, now: GorillaSite.now - 301)
    must(early.outcome == .malformed, "one from the future is none: \(early.outcome)")
}

@main
struct SecurecookieFuzz {
    static func main() { fuzz(checkSecurecookie) }
}
