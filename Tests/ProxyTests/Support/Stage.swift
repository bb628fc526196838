import Glibc
import HTTP
import LinuxIO
import Testing

@testable import Proxy

/// One exchange of a worker whose loop never runs: requests go in as text, what would go upstream and to the client
/// comes out as text.
final class Stage {
    static let nullRoute = "routes: [{ path: /*, upstream: app }]\n"
    /// A cookie route at `/` and a Null route at `/api`.
    static let bothRoutes = """
        sessions: { browser: { secret: 0123456789abcdef0123456789abcdef, expose: { X-User-Id: user_id } } }
        routes:
          - { path: /*, upstream: app, session: browser }
          - { path: /api/*, upstream: app }

        """

    let worker: Worker
    let client: ClientConnection
    let exchange: Exchange
    private let logEnd: Int32

    init(_ file: String = Stage.nullRoute, peer: String = "203.0.113.9:5555") throws {
        var ends: [Int32] = [-1, -1]
        let made = pipe(&ends)
        #expect(made == 0)
        logEnd = ends[0]
        _ = fcntl(logEnd, F_SETFL, O_NONBLOCK)
        let output = LogOutput(descriptor: ends[1])
        worker = try Worker(snapshot: Snapshot(try Sample.settings(file)), output: output, workers: 1)
        client = ClientConnection(worker: worker, peer: try #require(SocketAddress(parsing: peer)))
        exchange = Exchange(worker: worker)
        logWriteEnd = ends[1]
    }

    private let logWriteEnd: Int32

    deinit {
        exchange.upstream.reset()
        // What a connection that was being dialled left for the end of the turn.
        worker.loop.runOnce(timeoutNanoseconds: 0)
        close(logEnd)
        close(logWriteEnd)
    }

    /// Gives the exchange a request and says what would go upstream.
    @discardableResult
    func receive(_ request: String) throws -> String {
        let bytes = Sample.bytes(request)
        client.output.clear()
        exchange.upstream.reset()
        exchange.begin(for: client)
        var parser = RequestHeadParser(limits: HeadLimits())
        let isComplete = try parser.parse(bytes.span, into: &exchange.head)
        #expect(isComplete)
        bytes.withUnsafeBufferPointer { exchange.receiveHead($0) }
        return Sample.text(exchange.upstream.outbound)
    }

    /// Gives the exchange the upstream's head and says what would go to the client.
    @discardableResult
    func respond(_ response: String) throws -> String {
        let head = try SampleResponse(response, to: exchange.head.method)
        head.bytes.withUnsafeBufferPointer { exchange.receiveResponse(head.head, $0) }
        return answer
    }

    /// What would go to the client.
    var answer: String { Sample.text(client.output) }

    /// Ends the exchange and gives its log lines.
    func finish() -> String {
        exchange.finish()
        worker.log.flush()
        return log
    }

    /// What has been logged since this was last asked.
    var log: String {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = read(logEnd, &bytes, bytes.count)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }
}

extension String {
    /// The lines of a head that begin so, in order.
    func lines(_ name: String) -> [String] {
        split(separator: "\n").map(String.init).filter { $0.lowercased().hasPrefix(name.lowercased() + ":") }
    }
}
