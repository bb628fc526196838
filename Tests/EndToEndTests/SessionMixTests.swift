import Testing

/// Many browsers over few connections: whatever happens to one request, nobody ever sees another's session.
struct SessionMixTests {
    /// What a browser's session must be.
    private struct Model {
        var values: [String: JSONValue] = [:]
        var messages: [JSONValue] = []

        var flash: JSONValue? { messages.isEmpty ? nil : .object(["info": .array(messages)]) }
    }

    /// One visit, with what it must see, and what it changes.
    private static func step(
        _ number: Int,
        _ who: Int,
        _ browser: inout Browser,
        _ model: inout Model,
        _ choice: Int
    ) throws {
        let value = JSONValue.string("v\(number)")
        let expected = JSONValue.object(model.values)
        let visit: Browser.Visit
        switch choice {
        case 0, 1:
            visit = try browser.fetch("/", #"X-Session-Set: {"k\#(number % 3)":"v\#(number)"}"#)
            model.values["k\(number % 3)"] = value
        case 2:
            visit = try browser.fetch("/", "X-Session-Delete: k\(number % 3)")
            model.values["k\(number % 3)"] = nil
        case 3:
            visit = try browser.fetch("/", "X-Session-Clear: 1", #"X-Session-Set: {"new":"v\#(number)"}"#)
            model.values = ["new": value]
        case 4:
            visit = try browser.fetch("/", #"X-Session-Set: {"dropped":1}"#, "X-Session-Clear: 1", status: 503)
        case 5:
            visit = try browser.fetch("/", #"X-Session-Set: {"dropped":1}"#, "X-Session-Set: {")
            #expect(visit.status == 500)
        case 6:
            visit = try browser.fetch("/", #"X-Flash-Add: {"info":"v\#(number)"}"#)
            model.messages.append(value)
        case 7:
            let shown = model.flash
            visit = try browser.page()
            #expect(JSONValue(visit.flash) == shown)
            model.messages = []
        case 8:
            let shown = model.flash
            visit = try browser.page("/", #"X-Flash-Add: {"info":"v\#(number)"}"#, status: 302)
            #expect(JSONValue(visit.flash) == shown)
            model.messages.append(value)
        case 9:
            visit = try browser.fetch("/", "X-Session-Renew: 1")
        case 10:
            let null = try browser.page("/api/x", #"X-Session-Set: {"lost":1}"#)
            #expect(null.session == nil && null.flash == nil && null.id == nil)
            return
        default:
            // Somebody without cookies, on the same connection.
            let stranger = try browser.bare("/", "Sec-Fetch-Mode: navigate\r\n")
            #expect(stranger.session == "{}" && stranger.flash == nil && stranger.id == nil)
            #expect(stranger.response.setCookies.isEmpty)
            return
        }
        #expect(Self.values(visit.session, of: who) == expected, "step \(number), choice \(choice)")
    }

    /// The values a request showed, but for what a request with this browser's cookies may have set before it hung up.
    private static func values(_ session: String?, of who: Int) -> JSONValue? {
        guard case .object(var values)? = JSONValue(session) else { return nil }
        #expect(values["abandoned"] == nil || values["abandoned"] == .number(Double(who)))
        values["abandoned"] = nil
        return .object(values)
    }

    @Test(arguments: SessionStores.all)
    func `no request sees, changes or loses what is another's`(_ store: String) throws {
        var random = SystemRandomNumberGenerator()
        try withSessions(session: "store: \(store)") { gateway, origin, _ in
            let wires = [try gateway.connect(), try gateway.connect()]
            var browsers = (0..<12).map { _ in Browser(wires[0], origin) }
            var models = browsers.map { _ in Model() }
            var ids: [Int: String] = [:]
            for number in 0..<1500 {
                let who = Int.random(in: browsers.indices, using: &random)
                browsers[who].wire = wires[Int.random(in: 0...1, using: &random)]
                try Self.step(number, who, &browsers[who], &models[who], Int.random(in: 0...11, using: &random))
                if number % 7 == 0 { try Self.abandon(gateway, who, browsers[who], number) }
            }
            for who in browsers.indices {
                let last = try browsers[who].page()
                #expect(Self.values(last.session, of: who) == .object(models[who].values))
                #expect(JSONValue(last.flash) == models[who].flash)
                if let id = last.id { ids[who] = id }
            }
            #expect(Set(ids.values).count == ids.count)
        }
    }

    /// Sends a whole request or a half of one with a browser's cookies, and hangs up.
    private static func abandon(_ gateway: GatewayProcess, _ who: Int, _ browser: Browser, _ number: Int) throws {
        let client = try gateway.connect()
        let order = #"X-Session-Set: {"abandoned":\#(who)}"#
        let rest = number % 2 == 0 ? "\r\n" : ""
        try client.send("GET / HTTP/1.1\r\nHost: test\r\nDo: \(order)\r\n\(browser.jar.line)\(rest)")
        client.reset()
    }
}
