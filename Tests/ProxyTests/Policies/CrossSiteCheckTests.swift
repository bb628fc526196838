import HTTP
import Testing

@testable import Proxy

struct CrossSiteCheckTests {
    private let check = CrossSiteCheck(trustedOrigins: ["https://Partner.example", "http://dev.example:3000"])

    private func verdict(
        _ method: String,
        _ fields: String,
        host: String = "shop.example"
    ) throws -> CrossSiteCheck.Verdict {
        let request = try SampleRequest("\(method) / HTTP/1.1\nHost: \(host)" + (fields.isEmpty ? "" : "\n" + fields))
        let facts = try RequestFacts(request.head, request.bytes.span, exposedNames: ExposedNames([]), isTrusted: false)
        return check.verdict(request.head, request.bytes.span, facts)
    }

    @Test(arguments: [
        ("Origin: https://evil.example", CrossSiteCheck.Verdict.foreignOrigin),
        ("Sec-Fetch-Site: cross-site", .crossSite),
        ("Origin: https://shop.example", .sameHost), ("Origin: https://partner.example", .trustedOrigin),
        ("Accept: */*", .noBrowser),
    ])
    func `a request to switch protocols is a write`(fields: String, expected: CrossSiteCheck.Verdict) throws {
        let upgrade = "Connection: Upgrade\nUpgrade: websocket\n"
        #expect(try verdict("GET", upgrade + fields) == expected)
        // One that cannot be offered is none.
        #expect(try verdict("GET", "Upgrade: websocket\n" + fields) == .safeMethod)
        #expect(try verdict("GET", "Connection: Upgrade\nUpgrade: h2c\n" + fields) == .safeMethod)
    }

    @Test(arguments: ["GET", "HEAD", "OPTIONS"])
    func `a method that writes nothing passes`(method: String) throws {
        #expect(try verdict(method, "Sec-Fetch-Site: cross-site\nOrigin: https://evil.example") == .safeMethod)
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "get", "BREW"])
    func `every other method is checked`(method: String) throws {
        #expect(try verdict(method, "Sec-Fetch-Site: cross-site") == .crossSite)
        #expect(try verdict(method, "") == .noBrowser)
    }

    @Test(
        arguments: [
            ("Sec-Fetch-Site: same-origin\nOrigin: https://evil.example", .notCrossSite),
            ("Sec-Fetch-Site: same-site", .notCrossSite), ("Sec-Fetch-Site: none", .notCrossSite),
            ("Sec-Fetch-Site: CROSS-SITE", .crossSite),
            ("Sec-Fetch-Site: cross-site\nOrigin: https://shop.example", .crossSite),
            ("Sec-Fetch-Site: cross-site\nOrigin: https://partner.EXAMPLE", .trustedOrigin),
            ("Origin: https://shop.example", .sameHost), ("Origin: HTTP://SHOP.example", .sameHost),
            ("Origin: https://shop.example:443", .sameHost), ("Origin: http://shop.example:80", .sameHost),
            ("Origin: https://shop.example:80", .foreignOrigin), ("Origin: http://shop.example:443", .foreignOrigin),
            ("Origin: https://shop.example:8443", .foreignOrigin),
            ("Origin: https://evil.shop.example", .foreignOrigin),
            ("Origin: https://shop.example.evil", .foreignOrigin), ("Origin: https://evilshop.example", .foreignOrigin),
            ("Origin: https://evil.example/shop.example", .foreignOrigin),
            ("Origin: https://evil@shop.example", .foreignOrigin),
            ("Origin: null", .foreignOrigin), ("Origin:", .foreignOrigin), ("Origin: https://", .foreignOrigin),
            ("Origin: shop.example", .foreignOrigin), ("Origin: ftp://shop.example", .foreignOrigin),
            ("Origin: //shop.example", .foreignOrigin),
            ("Origin: http://dev.example:3000", .trustedOrigin), ("Origin: http://dev.example", .foreignOrigin),
            ("Origin: https://dev.example:3000", .foreignOrigin),
        ] as [(String, CrossSiteCheck.Verdict)]
    )
    func `decides by Sec-Fetch-Site, else by Origin`(fields: String, expected: CrossSiteCheck.Verdict) throws {
        #expect(try verdict("POST", fields) == expected)
    }

    @Test(arguments: [
        ("shop.example:80", "http://shop.example", true), ("shop.example:443", "https://shop.example", true),
        ("shop.example:80", "https://shop.example", false), ("shop.example:8080", "http://shop.example:8080", true),
        ("shop.example:8080", "http://shop.example", false), ("[::1]:80", "http://[::1]", true),
        ("[::1]", "http://[::1]:80", true), ("[::1]", "http://[::2]", false),
    ])
    func `compares ports, the scheme's own being none`(host: String, origin: String, isSame: Bool) throws {
        #expect(try verdict("POST", "Origin: \(origin)", host: host) == (isSame ? .sameHost : .foreignOrigin))
    }

    @Test(arguments: [(true, CrossSiteCheck.Verdict.sameHost), (false, .foreignOrigin)])
    func `the host a trusted proxy was asked for counts too`(isTrusted: Bool, expected: CrossSiteCheck.Verdict) throws {
        let request = try SampleRequest(
            "POST / HTTP/1.1\nHost: inner\nX-Forwarded-Host: shop.example\nOrigin: https://shop.example"
        )
        let exposed = ExposedNames([])
        let facts = try RequestFacts(request.head, request.bytes.span, exposedNames: exposed, isTrusted: isTrusted)
        #expect(check.verdict(request.head, request.bytes.span, facts) == expected)
    }

    @Test func `only a refusal refuses`() {
        let verdicts: [CrossSiteCheck.Verdict] = [
            .safeMethod, .notCrossSite, .trustedOrigin, .sameHost, .noBrowser, .crossSite, .foreignOrigin,
        ]
        #expect(verdicts.filter(\.isRefusal) == [.crossSite, .foreignOrigin])
    }
}
