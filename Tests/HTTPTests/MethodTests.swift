import HTTP
import Testing

@Suite("Method")
struct MethodTests {
    @Test(arguments: [
        ("GET", Method.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("DELETE", .delete),
        ("PATCH", .patch), ("OPTIONS", .options), ("TRACE", .trace), ("CONNECT", .connect),
    ])
    func `a known name is its method`(_ name: String, _ method: Method) {
        #expect(Method(name.utf8Span.span) == method)
    }

    @Test(arguments: ["get", "Get", "", "GETS", "PROPFIND", "M-SEARCH", "\0GET"])
    func `a name in another case, or unknown, is another method`(_ name: String) {
        let method = Method(name.utf8Span.span)
        #expect(method == .other)
        #expect(!method.isSafe && !method.isIdempotent)
    }

    @Test func `PUT and DELETE are idempotent but not safe, POST is neither`() {
        #expect(Method.put.isIdempotent && !Method.put.isSafe)
        #expect(Method.delete.isIdempotent && !Method.delete.isSafe)
        #expect(!Method.post.isIdempotent && !Method.post.isSafe)
        #expect(Method.get.isIdempotent && Method.get.isSafe)
    }
}
