import HTTP
import Testing

@testable import Proxy

struct TrailerSectionTests {
    private func written(_ trailers: String, _ section: TrailerSection = TrailerSection()) throws -> String {
        var decoder = BodyDecoder(.chunked, limits: HeadLimits())
        let bytes = Array("0\r\n\(trailers.replacing("\n", with: "\r\n"))\r\n".utf8)
        var offset = 0
        let event = try decoder.next(bytes.span, at: &offset)
        #expect(event == .end)
        return Sample.written { section.writeLastChunk(decoder, into: $0) }
    }

    @Test func `a body without trailers ends with the last chunk`() throws {
        #expect(try written("") == "0\n\n")
    }

    @Test func `trailers pass in order`() throws {
        #expect(try written("Digest: a\nX-B: \nX-B:2\n") == "0\nDigest: a\nX-B: \nX-B: 2\n\n")
    }

    @Test(arguments: [
        "Content-Length: 5", "Transfer-Encoding: chunked", "Host: x", "Cookie: a=b", "Set-Cookie: a=b",
        "Authorization: x", "X-Session: {}", "X_Session_Set: {}", "X-Flash-Add: {}", "X-Forwarded-For: 1.1.1.1",
        "X_Forwarded_For: 1.1.1.1", "Connection: close", "Cache-Control: public",
    ])
    func `what frames, routes or says who someone is does not pass`(line: String) throws {
        #expect(try written(line + "\nX-A: 1\n") == "0\nX-A: 1\n\n")
    }

    @Test func `what Connection named does not pass`() throws {
        let section = TrailerSection(nominated: [Array("x-hop".utf8)])
        #expect(try written("X-Hop: 1\nX-Hopper: 2\n", section) == "0\nX-Hopper: 2\n\n")
    }

    @Test(arguments: ["X-User-Id: 1", "x-user-id: 1", "X_User_Id: 1"])
    func `a client cannot say what expose says`(line: String) throws {
        #expect(try written(line + "\n", TrailerSection(exposed: ExposedNames(["X-User-Id"]))) == "0\n\n")
    }

    @Test func `X-Forwarded fields pass from trusted peers only`() throws {
        #expect(try written("X-Forwarded-Port: 1\n", TrailerSection(isTrusted: false)) == "0\n\n")
        #expect(try written("X-Forwarded-Port: 1\n", TrailerSection()) == "0\nX-Forwarded-Port: 1\n\n")
    }

    @Test func `what the route removes does not pass`() throws {
        var edits = HeaderEdits()
        edits.remove = ["Server-Timing"]
        #expect(
            try written("Server-Timing: a\nX-A: 1\n", TrailerSection(edits: CompiledEdits(edits))) == "0\nX-A: 1\n\n"
        )
    }
}
