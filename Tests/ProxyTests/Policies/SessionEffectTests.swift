import Testing

@testable import Proxy

struct SessionEffectTests {
    private func cuts(_ value: String, _ cut: SessionEffect.Cut) -> Bool {
        let bytes = Array(value.utf8)
        return SessionEffect(cut: cut).cuts(setCookie: bytes.span)
    }

    @Test(arguments: [
        ("s=1; Path=/", true), (" s = 1", true), ("s.1=1", true), ("s=", true), ("\ts=1", true),
        ("ss=1", false), ("a=s", false), ("a; s=1", false), ("s", false), ("s; Path=/", false), ("=s", false),
        ("", false),
    ])
    func `cuts a session's Set-Cookie and no other`(value: String, expected: Bool) {
        #expect(cuts(value, .names(CookieNames(["s"]))) == expected)
        #expect(cuts(value, .all))
    }
}
