import HTTP
import Testing

@Suite("Normal path")
struct NormalPathTests {
    private func read(_ path: String) -> (shape: NormalPath.Shape, conservative: String, aggressive: String) {
        var normal = NormalPath()
        let shape = normal.read(path.utf8Span.span)
        return (
            shape, String(decoding: normal.conservative, as: UTF8.self),
            String(decoding: normal.aggressive, as: UTF8.self)
        )
    }

    @Test(arguments: ["/", "/a", "/a/", "/a/b.c", "/.well-known/x", "/a/...", "/..a/b", "/a.", "/~u/x-y_z!$&'()*+,=:@"])
    func `T5 a path without anything to resolve is plain`(_ path: String) {
        #expect(read(path).shape == .plain)
    }

    @Test(arguments: [
        ("/a/./b", "/a/b", "/a/b"), ("/a/../b", "/b", "/b"), ("/a/b/..", "/a/", "/a/"), ("/a/.", "/a/", "/a/"),
        ("/.", "/", "/"),
        ("/./", "/", "/"), ("/a/..", "/", "/"), ("/a/../", "/", "/"), ("/%61", "/a", "/a"),
        ("/%7Ea/%2D", "/~a/-", "/~a/-"),
        ("/a/%2e%2e/b", "/b", "/b"), ("/a/%2E./b", "/b", "/b"), ("/a/.%2e", "/", "/"), ("/a%2fb", "/a%2Fb", "/a/b"),
        ("/a%2f..%2fb", "/a%2F..%2Fb", "/b"), ("//a", "//a", "/a"), ("/a//b", "/a//b", "/a/b"),
        ("/a//../b", "/a/b", "/b"),
        ("/a;x=1/b", "/a;x=1/b", "/a/b"), ("/a/..;/b", "/a/..;/b", "/b"), ("/a/..;x/b", "/a/..;x/b", "/b"),
        ("/a%3bx/b", "/a%3Bx/b", "/a/b"), ("/a%5cb", "/a%5Cb", "/a/b"), ("/a%5c..%5cb", "/a%5C..%5Cb", "/b"),
        ("/%252e", "/%252e", "/%2e"), ("/a%20b", "/a%20b", "/a b"), ("/%c3%a9", "/%C3%A9", "/é"),
        ("/a%3Fb", "/a%3Fb", "/a?b"), ("/a|b", "/a|b", "/a|b"), ("/a[b]", "/a[b]", "/a[b]"), ("/\"", "/\"", "/\""),
        ("/%e0%a0%80", "/%E0%A0%80", "/\u{800}"), ("/%f0%90%80%80", "/%F0%90%80%80", "/\u{10000}"),
        ("/a/%2f%2f/b", "/a/%2F%2F/b", "/a/b"), ("/;a/b", "/;a/b", "/b"), ("/a/;/../b", "/a/b", "/b"),
    ])
    func `T5 both readings of a path are made`(_ path: String, _ conservative: String, _ aggressive: String) {
        let result = read(path)
        #expect(result.shape == .normalized)
        #expect(result.conservative == conservative)
        #expect(result.aggressive == aggressive)
    }

    @Test(arguments: [
        ("", PathError.notAbsolute), ("a", .notAbsolute), ("*", .notAbsolute), ("/%", .malformedEscape),
        ("/%2", .malformedEscape),
        ("/%zz", .malformedEscape), ("/%2g", .malformedEscape), ("/%%41", .malformedEscape), ("/%00", .controlByte),
        ("/a%0d%0ab", .controlByte), ("/%7f", .controlByte), ("/%1F", .controlByte), ("/a\u{1}", .controlByte),
        ("/a\\b", .backslash),
        ("/..", .aboveRoot), ("/../a", .aboveRoot), ("/a/../../b", .aboveRoot), ("/%2e%2e", .aboveRoot),
        ("/..;/a", .aboveRoot),
        ("/a%2f..%2f..%2fb", .aboveRoot), ("/a//../../b", .aboveRoot), ("/%c0%ae%c0%ae/", .overlongEncoding),
        ("/%c1%9c", .overlongEncoding), ("/%e0%80%ae%E0%80%AE/", .overlongEncoding),
        ("/%f0%80%80%ae", .overlongEncoding), ("/%E0%9F%BF", .overlongEncoding), ("/%F0%8F%BF%BF", .overlongEncoding),
    ])
    func `T5 a path without a form to rely on is refused`(_ path: String, _ error: PathError) {
        #expect(read(path).shape == .refused(error))
    }

    @Test func `T5 normal forms are their own normal form`() {
        var random = SplitMix(seed: 5)
        let parts = [
            "/", "/", "a", "b", ".", "..", "%2e", "%2f", "%5c", ";", "%41", "%252e", "%c3", "x", "//", "%3b", "%7e",
        ]
        var normalized = 0
        for _ in 0..<20_000 {
            let path =
                "/"
                + (0..<Int.random(in: 0...9, using: &random)).map { _ in
                    parts[Int.random(in: 0..<parts.count, using: &random)]
                }.joined()
            var normal = NormalPath()
            guard normal.read(path.utf8Span.span) == .normalized else { continue }
            normalized += 1
            var again = NormalPath()
            let conservative = normal.conservative
            switch again.read(conservative.span) {
            case .plain: break
            case .normalized: #expect(again.conservative == conservative, "\(path)")
            case .refused(let error): Issue.record("\(path) became \(error)")
            }
            // No reading leaves a dot segment or an empty one for a service to resolve.
            let segments = normal.aggressive.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .dropFirst()
            #expect(!segments.contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }, "\(path)")
            #expect(!segments.dropLast().contains { $0.isEmpty }, "\(path)")
        }
        #expect(normalized > 1000)
    }

    @Test func `T5 a plain path reads the same in both forms`() {
        for path in ["/a", "/a/b/", "/.x/y.", "/a/.../b"] {
            // An escape at the end makes the reader take the long way.
            let result = read(path + "%41")
            #expect(result.conservative == path + "A" && result.aggressive == path + "A")
        }
    }
}
