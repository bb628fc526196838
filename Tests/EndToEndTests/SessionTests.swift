import Testing

/// DESIGN 3.1 and 4: a browser's session, as the browser and the service see it.
struct SessionTests {
    @Test(arguments: SessionStores.all)
    func `nothing is created until something is set`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            for _ in 0..<3 {
                let visit = try browser.page()
                #expect(visit.response.setCookies.isEmpty)
                #expect(visit.session == "{}")
                #expect(visit.seen?.fields("x-session-policy") == ["cookie"])
                #expect(visit.id == nil)
                #expect(visit.flash == nil)
            }
        }
    }

    @Test(arguments: SessionStores.all)
    func `what a service sets, it sees at every later request`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let set = try browser.page("/", #"X-Session-Set: {"user_id":42,"name":"Ada"}"#)
            #expect(set.status == 200)
            #expect(set.response.setCookies.count == 1)
            for target in ["/", "/a/b?c", "/x"] {
                let visit = try browser.fetch(target)
                #expect(JSONValue(visit.session) == ["user_id": 42, "name": "Ada"])
                #expect(visit.seen?.fields("x-session").count == 1)
                #expect(visit.response.setCookies.isEmpty)
            }
        }
    }

    @Test(arguments: SessionStores.all)
    func `a session has one id that its cookie does not show`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.page("/", #"X-Session-Set: {"a":1}"#)
            let id = try #require(try browser.page().id)
            #expect(id.utf8.count >= 16)
            #expect(try browser.fetch().id == id)
            #expect(try browser.fetch("/", #"X-Session-Set: {"a":2}"#).id == id)
            #expect(try browser.fetch().id == id)
            #expect(browser.jar[Browser.cookie]?.contains(id) == false)
        }
    }

    @Test(arguments: SessionStores.all)
    func `set, delete, clear and set again change what later requests see`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1,"b":2,"c":3,"d":4}"#)
            _ = try browser.fetch("/", "X-Session-Delete: b, d")
            #expect(JSONValue(try browser.fetch().session) == ["a": 1, "c": 3])
            _ = try browser.fetch("/", "X-Session-Delete: a", "X-Session-Delete: never")
            #expect(JSONValue(try browser.fetch().session) == ["c": 3])
            _ = try browser.fetch("/", #"X-Session-Set: {"c":null}"#)
            #expect(JSONValue(try browser.fetch().session) == ["c": .null])
            let cleared = try browser.fetch("/", "X-Session-Clear: 1")
            #expect(cleared.response.setCookie(Browser.cookie)?.isDeletion == true)
            #expect(browser.jar[Browser.cookie] == nil)
            #expect(try browser.fetch().session == "{}")
        }
    }

    @Test(arguments: SessionStores.all)
    func `several fields are applied one after another, and in the contract's order whatever theirs`(
        _ store: String
    ) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1,"b":1}"#, #"X-Session-Set: {"b":2,"c":2}"#)
            #expect(JSONValue(try browser.fetch().session) == ["a": 1, "b": 2, "c": 2])
            _ = try browser.fetch("/", #"X-Session-Set: {"a":9}"#, "X-Session-Delete: a, b")
            #expect(JSONValue(try browser.fetch().session) == ["a": 9, "c": 2])
            _ = try browser.fetch("/", #"X-Session-Set: {"z":1}"#, "X-Session-Clear: 1")
            #expect(JSONValue(try browser.fetch().session) == ["z": 1])
        }
    }

    @Test(arguments: SessionStores.all)
    func `a session that was cleared and set begins anew, with another id`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            let old = try #require(try browser.fetch().id)
            _ = try browser.fetch("/", "X-Session-Clear: 1", #"X-Session-Set: {"b":1}"#)
            let visit = try browser.fetch()
            #expect(JSONValue(visit.session) == ["b": 1])
            #expect(visit.id != nil && visit.id != old)
        }
    }

    @Test(arguments: SessionStores.all)
    func `a set that changes nothing saves nothing`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":[1,{"b":"c"}]}"#)
            let cookie = browser.jar[Browser.cookie]
            for orders in [#"X-Session-Set: {"a":[1,{"b":"c"}]}"#, "X-Session-Delete: never", "X-Session-Set: {}"] {
                #expect(try browser.fetch("/", orders).response.setCookies.isEmpty, "\(orders)")
            }
            #expect(browser.jar[Browser.cookie] == cookie)
        }
    }

    @Test(arguments: SessionStores.all)
    func `an answer saves once, with one cookie`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let visit = try browser.fetch(
                "/",
                #"X-Session-Set: {"a":1}"#,
                #"X-Session-Set: {"b":1}"#,
                "X-Session-Renew: 1"
            )
            #expect(visit.response.setCookies.map(\.name) == [Browser.cookie])
        }
    }

    @Test(arguments: [500, 502, 503, 599], SessionStores.all)
    func `on a 5xx answer changes and new messages are dropped`(_ status: Int, _ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            let id = try browser.fetch().id
            let failed = try browser.page(
                "/",
                #"X-Session-Set: {"a":2}"#,
                "X-Session-Renew: 1",
                #"X-Flash-Add: {"danger":"no"}"#,
                status: status
            )
            #expect(failed.status == status)
            #expect(failed.response.text == "seen")
            #expect(failed.response.setCookies.isEmpty)
            let after = try browser.page()
            #expect(JSONValue(after.session) == ["a": 1])
            #expect(after.id == id)
            #expect(after.flash == nil)
            #expect(try browser.fetch("/", "X-Session-Clear: 1", status: status).response.setCookies.isEmpty)
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }

    @Test(arguments: [201, 204, 301, 302, 304, 400, 401, 404, 422, 499], SessionStores.all)
    func `on any other answer changes are saved`(_ status: Int, _ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let visit = try browser.fetch("/", #"X-Session-Set: {"a":1}"#, status: status)
            #expect(visit.status == status)
            #expect(visit.response.setCookie(Browser.cookie) != nil)
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }

    @Test(arguments: SessionStores.all)
    func `values keep their form, and whatever their letters they travel as ASCII`(_ store: String) throws {
        let values =
            #"{"big":9007199254740993,"max":18446744073709551615,"one":1.0,"exp":1e3,"neg":-0,"text":"grün \ud83d\ude00 \"q\" \\ \/","arr":[1,[2,{"x":null}]],"t":true,"f":false,"empty":""}"#
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", "X-Session-Set: \(values)")
            let seen = try #require(try browser.fetch().session)
            #expect(seen.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
            #expect(JSONValue(seen) == JSONValue(values))
            for number in [
                #""big":9007199254740993"#, #""max":18446744073709551615"#, #""one":1.0"#, #""exp":1e3"#, #""neg":-0"#,
            ] {
                #expect(seen.contains(number))
            }
            #expect(seen.contains(#"\u00fc"#))
        }
    }

    @Test(arguments: SessionStores.all)
    func `Renew gives another id and keeps the values`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"a":1}"#)
            let before = try browser.fetch()
            let renewed = try browser.fetch("/", "X-Session-Renew: 1")
            #expect(renewed.response.setCookie(Browser.cookie) != nil)
            let after = try browser.fetch()
            #expect(after.session == before.session)
            #expect(after.id != before.id)
        }
    }

    @Test(arguments: SessionStores.all)
    func `the id changes by itself when a value of renew_on does`(_ store: String) throws {
        try withSessions(session: "store: \(store)\nrenew_on: [user_id]") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set: {"cart":1}"#)
            let visitor = try browser.fetch().id
            _ = try browser.fetch("/", #"X-Session-Set: {"cart":2}"#)
            #expect(try browser.fetch().id == visitor)
            _ = try browser.fetch("/", #"X-Session-Set: {"user_id":42}"#)
            let signedIn = try browser.fetch()
            #expect(signedIn.id != visitor)
            #expect(JSONValue(signedIn.session) == ["cart": 2, "user_id": 42])
            _ = try browser.fetch("/", #"X-Session-Set: {"user_id":42,"cart":3}"#)
            #expect(try browser.fetch().id == signedIn.id)
            _ = try browser.fetch("/", "X-Session-Delete: user_id")
            #expect(try browser.fetch().id != signedIn.id)
        }
    }

    @Test(arguments: SessionStores.all)
    func `a value that is set once is seen by exactly one later request`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            let set = try browser.fetch("/", #"X-Session-Set-Once: {"token":"t"}"#, #"X-Session-Set: {"a":1}"#)
            #expect(set.session == "{}")
            #expect(JSONValue(try browser.fetch().session) == ["token": "t", "a": 1])
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
            #expect(JSONValue(try browser.fetch().session) == ["a": 1])
        }
    }

    @Test(arguments: SessionStores.all)
    func `a value that is set once survives an answer that fails`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set-Once: {"token":"t"}"#)
            #expect(JSONValue(try browser.fetch("/", status: 503).session) == ["token": "t"])
            #expect(JSONValue(try browser.fetch("/", status: 302).session) == ["token": "t"])
            #expect(JSONValue(try browser.fetch().session)?["token"] == nil)
        }
    }

    @Test(arguments: SessionStores.all)
    func `a value that was set once can be set for good`(_ store: String) throws {
        try withSessions(session: "store: \(store)") { _, _, browser in
            _ = try browser.fetch("/", #"X-Session-Set-Once: {"token":"t"}"#)
            _ = try browser.fetch("/", #"X-Session-Set: {"token":"t"}"#)
            _ = try browser.fetch()
            #expect(JSONValue(try browser.fetch().session) == ["token": "t"])
        }
    }

    @Test(arguments: SessionStores.all)
    func `exposed values travel as plain text, and never come from a client`(_ store: String) throws {
        let session = "expose: { X-User-Id: user_id, X-User-Name: name }"
        try withSessions(session: "store: \(store)\n" + session) { _, _, browser in
            let forged = "X-User-Id: 1\r\nX-USER-NAME: eve\r\n"
            let visitor = try browser.fetch("/", fields: forged)
            for name in ["x-user-id", "x-user-name"] { #expect(visitor.seen?.has(name) == false, "\(name)") }
            _ = try browser.fetch("/", #"X-Session-Set: {"user_id":42,"name":"Ada L.","list":[1]}"#)
            let signedIn = try browser.fetch("/", fields: forged)
            #expect(signedIn.seen?.fields("x-user-id") == ["42"])
            #expect(signedIn.seen?.fields("x-user-name") == ["Ada L."])
            // Services that fold names would read this as the other: refused like every twin of a field that is the gateway's.
            let twin = try browser.fetch("/", fields: "x_user_id: 2\r\n")
            #expect(twin.status == 400 && twin.seen == nil)
            _ = try browser.fetch("/", #"X-Session-Set: {"name":"a\r\nX-Evil: 1"}"#)
            let evil = try browser.fetch("/")
            #expect(evil.seen?.has("x-evil") == false)
            let null = try browser.fetch("/api/x", fields: forged)
            for name in ["x-user-id", "x-user-name"] { #expect(null.seen?.has(name) == false, "\(name)") }
        }
    }
}
