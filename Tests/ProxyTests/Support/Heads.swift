import HTTP
import LinuxIO
import Proxy
import Testing

/// A request's head as the parser makes it, and the bytes it lies in.
struct SampleRequest {
    let bytes: [UInt8]
    let head: RequestHead

    /// Reads lines written with `\n`; the empty line at the end is added.
    init(_ text: String) throws {
        let bytes = Sample.bytes(text)
        var parser = RequestHeadParser(limits: HeadLimits())
        var head = RequestHead()
        let isComplete = try parser.parse(bytes.span, into: &head)
        try #require(isComplete)
        (self.bytes, self.head) = (bytes, head)
    }
}

/// A response's head as the parser makes it, and the bytes it lies in.
struct SampleResponse {
    let bytes: [UInt8]
    let head: ResponseHead

    /// Reads lines written with `\n`; the empty line at the end is added.
    init(_ text: String, to method: HTTP.Method = .get) throws {
        let bytes = Sample.bytes(text)
        var parser = ResponseHeadParser(limits: HeadLimits())
        var head = ResponseHead()
        let isComplete = try parser.parse(bytes.span, for: method, into: &head)
        try #require(isComplete)
        (self.bytes, self.head) = (bytes, head)
    }
}

enum Sample {
    static func bytes(_ text: String) -> [UInt8] {
        Array((text.replacing("\n", with: "\r\n") + "\r\n\r\n").utf8)
    }

    /// What is written into a buffer, as text with `\n` for every CRLF.
    static func written(_ write: (ByteBuffer) -> Void) -> String {
        let buffer = ByteBuffer(capacity: 16)
        write(buffer)
        return text(buffer)
    }

    static func text(_ buffer: ByteBuffer) -> String {
        String(decoding: buffer.readable, as: UTF8.self).replacing("\r\n", with: "\n")
    }

    /// Settings of a route file that listens and has one upstream; `rest` is what else it says.
    static func settings(_ rest: String) throws -> Settings {
        let text = """
            listen: [{ address: "127.0.0.1:0" }]
            upstreams: { app: { servers: ["http://127.0.0.1:9"] } }

            """ + rest
        switch RouteFile.read(text, file: "f", environment: [:]) {
        case .settings(let settings, _): return settings
        case .problems(let problems):
            throw Routing.Unreadable(text: problems.map { $0.rendered(source: text) }.joined())
        }
    }
}
