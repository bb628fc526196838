import Sessions
import Testing

/// Values handed out with exactly one later request.
struct SetOnceTests {
    @Test(arguments: StoreKind.here)
    func `is handed out with exactly one later request`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set", #"{"a":1}"#), ("Set-Once", #"{"token":"t"}"#)))
        let visit = try browser.visit()
        #expect(visit.session == #"{"a":1,"token":"t"}"#)
        #expect(visit.outcome == .changed)
        #expect(try browser.visit().session == #"{"a":1}"#)
    }

    @Test(arguments: [200, 302, 404])
    func `is gone after a redirect too`(status: Int) throws {
        var browser = Browser()
        try browser.visit(.ok(("Set-Once", #"{"token":"t"}"#)))
        try browser.visit(.status(status), page: false)
        #expect(try browser.visit().session == "{}")
    }

    @Test(arguments: StoreKind.here)
    func `is handed out again after an error`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set-Once", #"{"token":"t"}"#)))
        #expect(try browser.visit(.status(500)).session == #"{"token":"t"}"#)
        #expect(try browser.visit(.status(503)).session == #"{"token":"t"}"#)
        #expect(try browser.visit(.ok()).session == #"{"token":"t"}"#)
        #expect(try browser.visit().session == "{}")
    }

    @Test(arguments: StoreKind.here)
    func `leaves no cookie when nothing else is left`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set-Once", #"{"token":"t"}"#)))
        #expect(try browser.visit().outcome == .cleared)
        #expect(browser.jar.isEmpty)
    }

    @Test(arguments: StoreKind.here)
    func `becomes ordinary when it is set`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set-Once", #"{"token":"t"}"#)))
        try browser.visit(.ok(("Set", #"{"token":"t"}"#)))
        #expect(try browser.visit().session == #"{"token":"t"}"#)
        #expect(try browser.visit().session == #"{"token":"t"}"#)
    }

    @Test(arguments: StoreKind.here)
    func `an ordinary value becomes one for one request`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set", #"{"a":1,"b":2}"#)))
        try browser.visit(.ok(("Set-Once", #"{"a":1}"#)))
        #expect(try browser.visit().session == #"{"a":1,"b":2}"#)
        #expect(try browser.visit().session == #"{"b":2}"#)
    }

    @Test(arguments: StoreKind.here)
    func `can be set anew by the answer that uses it up`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set-Once", #"{"token":1}"#)))
        for number in 2...4 {
            #expect(
                try browser.visit(.ok(("Set-Once", #"{"token":\#(number)}"#))).session == #"{"token":\#(number - 1)}"#
            )
        }
        #expect(try browser.visit().session == #"{"token":4}"#)
        #expect(try browser.visit().session == "{}")
    }

    @Test(arguments: StoreKind.here)
    func `is deleted and cleared like other values`(_ store: StoreKind) throws {
        var browser = Browser(store)
        try browser.visit(.ok(("Set", #"{"a":1}"#), ("Set-Once", #"{"token":1,"\u00e9,x":2}"#)))
        try browser.visit(.ok(("Set-Once", #"{"other":1}"#), ("Clear", "1")))
        #expect(try browser.visit().session == #"{"other":1}"#)
        #expect(browser.jar.isEmpty)
    }
}
