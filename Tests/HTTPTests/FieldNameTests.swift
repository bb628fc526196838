import HTTP
import Testing

@Suite("Field name")
struct FieldNameTests {
    private func isFolded(_ a: String, _ b: String) -> Bool {
        FieldName.isFolded(a.utf8Span.span, equalTo: b.utf8Span.span)
    }
    private func isSame(_ a: String, _ b: String) -> Bool { equalsIgnoringCase(a.utf8Span.span, b) }
    private func isEqual(_ a: String, _ b: String) -> Bool { equals(a.utf8Span.span, b.utf8Span.span) }
    private func classify(_ name: String) -> FieldName { FieldName.classify(name.utf8Span.span) }

    @Test(arguments: FieldName.allCases.filter { !$0.spelling.isEmpty })
    func `every known name is found in any case and not when longer or shorter`(_ id: FieldName) {
        #expect(classify(id.spelling) == id)
        #expect(classify(id.spelling.uppercased()) == id)
        #expect(classify(id.spelling + "x") != id)
        #expect(classify(String(id.spelling.dropLast())) != id)
        #expect(classify(String(id.spelling.dropFirst())) != id)
    }

    @Test(arguments: [
        "", "a", "accept-language", "x", "x-", "content-type", "x-sessio", "session", "xsession", "my-x-session",
        "user_agent", "x_custom", "etag", "content-lengthcontent-lengthcontent-length",
    ])
    func `another name is other`(_ name: String) {
        #expect(classify(name) == .other)
    }

    @Test(arguments: [
        "X-Session", "x-session-id", "X-Session-Policy", "X_SESSION", "x.session.set", "X-Flash", "x_flash_add",
        "X-Flashing", "x-sessions", "X~Session~Anything", "X!SESSION", "x-session_set",
    ])
    func `what folds to the gateway's own prefix is reserved`(_ name: String) {
        #expect(classify(name) == .reserved)
        #expect(classify(name).isReserved)
    }

    @Test(arguments: [
        "X-Session-Set", "x-session-SET-once", "X-Session-Clear", "X-Session-Delete", "X-Session-Renew",
        "X-Session-Revoke", "X-Flash-Add", "X-Flash-Keep",
    ])
    func `the services' own words are reserved with cases of their own`(_ name: String) {
        #expect(classify(name) != .reserved)
        #expect(classify(name).isReserved)
    }

    @Test(arguments: [
        "X_Forwarded_For", "X-Forwarded_For", "x.forwarded.host", "X_REAL_IP", "Content_Length", "transfer_encoding",
        "Set_Cookie", "X~Request~Id", "sec_fetch_site", "max_forwards", "x_forwarded_proto",
    ])
    func `what folds to an owned name without being spelled like it is a twin`(_ name: String) {
        #expect(classify(name) == .ownedTwin)
    }

    @Test func `names are folded equal whatever stands for their hyphens`() {
        #expect(isFolded("X_User.Id", "x-user-id"))
        #expect(!isFolded("X-User-Id2", "x-user-id"))
        #expect(!isFolded("XUserId", "x-user-id"))
    }

    @Test func `a list is searched by whole members in any case`() {
        func contains(_ value: String) -> Bool { fieldListContains(value.utf8Span.span, "close") }
        #expect(contains("close") && contains("a, CLOSE ,b") && contains(",,close") && contains("a\t,\tclose"))
        #expect(
            !contains("") && !contains("closed") && !contains("not close") && !contains("close;q=1")
                && !contains("clos")
        )
    }

    @Test func `texts are equal but for the case of ASCII letters`() {
        #expect(isSame("HoSt", "host"))
        #expect(!isSame("host", "hos"))
        #expect(!isSame("@[`{", "`{@["))
        #expect(isEqual("a", "a") && !isEqual("a", "A"))
    }
}
