import HTTP
import Testing

@testable import Proxy

struct CacheRulesTests {
    private func written(_ lines: [String], keeps: Bool = true, routes: String? = nil) throws -> String {
        let fields = lines.map { "\nCache-Control: \($0)" }.joined()
        let response = try SampleResponse("HTTP/1.1 200 OK\nContent-Length: 0\(fields)")
        let text = Sample.written {
            CacheRules.writePrivate(
                response.head,
                response.bytes.span,
                keepsUpstreams: keeps,
                routes: routes.map { Array($0.utf8) },
                into: $0
            )
        }
        let end = "private, no-cache=\"Set-Cookie\"\n"
        #expect(text.hasPrefix("Cache-Control: ") && text.hasSuffix(end))
        return String(text.dropFirst(15).dropLast(end.count))
    }

    @Test(
        arguments: [
            ([], ""),
            (["public"], ""), (["PUBLIC, S-MaxAge=60"], ""), (["s-maxage = 60"], ""), (["private"], ""),
            (["private=\"x, y\""], ""), (["public\t"], ""),
            (["max-age=60, public , s-maxage=9,no-transform"], "max-age=60, no-transform, "),
            (["no-store", "public", "max-age=1"], "no-store, max-age=1, "),
            (["publicity, s-maxage2=1"], "publicity, s-maxage2=1, "),
            (["ext=\"public, s-maxage=5\", public"], "ext=\"public, s-maxage=5\", "),
            (["ext=\"a\\\", public\", max-age=1"], "ext=\"a\\\", public\", max-age=1, "),
            ([",, ,"], ""),
        ] as [([String], String)]
    )
    func `what allows sharing goes, the rest stays`(lines: [String], rest: String) throws {
        #expect(try written(lines) == rest)
    }

    @Test(arguments: ["max-age=1, ext=\"open, public", "max-age=1, \"", "max-age=1, ext=\"a\\"])
    func `an open quote cannot swallow what forbids sharing`(line: String) throws {
        #expect(try written([line, "no-store"]) == "max-age=1, no-store, ")
    }

    @Test func `what the route replaces is not repeated`() throws {
        #expect(try written(["max-age=60"], keeps: false).isEmpty)
        #expect(try written(["max-age=60"], keeps: false, routes: "no-store, public, s-maxage=1") == "no-store, ")
        #expect(try written(["max-age=60"], routes: "public, no-transform") == "max-age=60, no-transform, ")
    }
}
