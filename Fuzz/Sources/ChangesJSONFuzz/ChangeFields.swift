import Harness
import Sessions

/// One text taken for each of the fields by which a service changes the session.
struct ChangeFields {
    private static let sessions: CookieSessions = {
        var settings = SessionSettings()
        settings.secrets = [[UInt8](repeating: 7, count: 32)]
        return CookieSessions(settings)
    }()

    private let text: [UInt8]

    init(_ text: [UInt8]) {
        self.text = text
    }

    /// What `X-Session-Set` takes is what the next request's `X-Session` says, as the object it is.
    func checkSet() {
        var changes = SessionChanges()
        do {
            try changes.set(text.span)
        } catch {
            must(changes.isEmpty, "what is refused changes nothing: \(error)")
            return
        }
        guard let values = try? SessionValues(json: text.span) else {
            fatalError("X-Session-Set takes what is no object of values")
        }
        guard let opened = save(OpenedSession(), changes) else { return }
        if values.isEmpty {
            must(opened.idText.isEmpty, "no session is made for no value")
            return
        }
        guard let read = try? SessionValues(json: opened.json.span) else { fatalError("X-Session is not JSON") }
        must(read == values, "the session holds what was set")
        for member in values.members.list {
            checkExposed(ExposedKey(member.name).find(in: opened.json.span), member.value)
        }
    }

    /// A value finds its way into a field of its own without the others being read.
    private func checkExposed(_ exposed: ExposedText, _ value: Value) {
        var expected = ExposedText.absent
        switch value {
        case .null, .array, .object: break
        case .bool(let bool): expected = .text(Array("\(bool)".utf8))
        case .number(let number): expected = .text(Array(number.text.utf8))
        case .string(let string):
            let isPrintable = string.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
            expected = isPrintable ? .text(Array(string.utf8)) : .unprintable
        }
        must(exposed == expected, "a value is exposed as it is: \(exposed), \(expected)")
    }

    /// What `X-Flash-Add` takes is what `X-Flash` says.
    func checkFlash() {
        var changes = SessionChanges()
        do {
            try changes.flashAdd(text.span)
        } catch {
            must(changes.isEmpty, "what is refused changes nothing: \(error)")
            return
        }
        guard !changes.isEmpty, let opened = save(OpenedSession(), changes) else { return }
        must(opened.idText.isEmpty, "messages make no session")
        guard case .object(let kinds)? = try? JSON.parse(opened.flashJSON.span), !kinds.isEmpty else {
            fatalError("X-Flash is not an object with messages")
        }
        // Adding the messages as they are sent once more doubles them: the form is the same both ways.
        var twice = SessionChanges()
        guard (try? twice.flashAdd(opened.flashJSON.span)) != nil else { fatalError("X-Flash cannot be added") }
        guard let again = save(OpenedSession(), twice) else { return }
        must(again.flashJSON == opened.flashJSON, "messages come as they were added")
    }

    /// What `X-Session-Delete` takes deletes, and deletes nothing else.
    func checkDelete() {
        var changes = SessionChanges()
        do {
            try changes.delete(text.span)
        } catch {
            return must(changes.isEmpty, "what is refused changes nothing: \(error)")
        }
        // Sealing is slow beside reading: what is long says nothing more here.
        guard text.count < 40 else { return }
        var before = SessionChanges()
        guard (try? before.set(Array(#"{"kept":1,"a":2,"b":{"c":3}}"#.utf8).span)) != nil,
            let session = save(OpenedSession(), before)
        else { fatalError("a small session is kept") }
        guard let after = save(session, changes) else { fatalError("deleting makes no session too large") }
        let list = String(decoding: text, as: UTF8.self)
        if !list.contains("kept"), !list.contains("\\") {
            must(String(decoding: after.json, as: UTF8.self).contains(#""kept":1"#), "what was not named is kept")
        }
        if list.utf8.elementsEqual("a".utf8) {
            must(after.json == Array(#"{"kept":1,"b":{"c":3}}"#.utf8), "what was named is gone")
        }
    }

    /// The session as the next request opens it; nil when it is too large for a cookie.
    private func save(_ opened: OpenedSession, _ changes: SessionChanges) -> OpenedSession? {
        var random = Sequence64(seededBy: text.span)
        do {
            let closed = try Self.sessions.close(
                opened,
                changes: changes,
                status: 200,
                isPage: false,
                secureConnection: false,
                now: 1_900_000_000,
                random: &random
            )
            if closed.setCookies.isEmpty { return opened }
            var bytes: [UInt8] = []
            var places: [String: Range<Int>] = [:]
            for cookie in closed.setCookies {
                let pair = cookie.prefix { $0 != 0x3B }
                let name = String(decoding: pair.prefix { $0 != 0x3D }, as: UTF8.self)
                let start = bytes.count
                bytes += pair.drop { $0 != 0x3D }.dropFirst()
                places[name] = start..<bytes.count
            }
            return Self.sessions.open(
                bytes.span,
                candidates: places["_gateway_session"].map { [$0] } ?? [],
                flashCandidates: places["_gateway_session_flash"].map { [$0] } ?? [],
                now: 1_900_000_000
            )
        } catch {
            guard case .tooLarge = error else { fatalError("saving fails for size alone: \(error)") }
            return nil
        }
    }
}
