import Testing

@testable import Proxy

struct ExposedNamesTests {
    private let names = ExposedNames(["X-User-Id", "From"])

    @Test(arguments: [
        ("X-User-Id", true, false), ("x-uSER-id", true, false), ("X_User_Id", false, true), ("x.user-id", false, true),
        ("From", true, false), ("X-User-Idx", false, false), ("X-User", false, false), ("XUserId", false, false),
        ("", false, false),
    ])
    func `knows its names and their twins`(name: String, holds: Bool, isTwin: Bool) {
        let bytes = Array(name.utf8)
        let (held, twin) = (names.contains(bytes.span), names.isTwin(bytes.span))
        #expect(held == holds)
        #expect(twin == isTwin)
    }
}
