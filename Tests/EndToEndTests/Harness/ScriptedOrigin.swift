import Foundation
import Glibc

/// A server behind the gateway that runs a script on each connection, in threads of its own, and remembers what it saw.
final class ScriptedOrigin: Sendable {
    /// What came in so far.
    struct Record: Sendable {
        /// How many connections were accepted.
        var connections = 0
        /// How many of them have ended.
        var ended = 0
        /// Every request head, in order of arrival.
        var requests: [Message] = []
        /// What scripts failed with; a test looks when it wonders.
        var failures: [String] = []
    }

    /// What a connection does; it is closed when the script returns.
    typealias Script = @Sendable (Wire) throws -> Void

    let endpoint: Endpoint
    private let board = Board(Record())
    private let stopping: Int32

    /// Listens and serves.
    init(_ wanted: Endpoint = .ipv4(port: 0), script: @escaping Script) throws {
        let listener = try OriginListener(wanted)
        endpoint = listener.endpoint
        let stop = try Descriptors.pipe()
        stopping = stop.write
        let descriptor = listener.release()
        let board = board
        Thread.detachNewThread { Self.accept(descriptor, until: stop.read, board, script) }
    }

    deinit {
        // The accepting thread sees the end of its pipe, and closes the listener.
        close(stopping)
    }

    /// Answers every request, on kept-alive connections, with what `answer` makes of it.
    static func answering(
        on wanted: Endpoint = .ipv4(port: 0),
        _ answer: @escaping @Sendable (Message) -> String
    ) throws -> ScriptedOrigin {
        try ScriptedOrigin(wanted) { wire in
            while let request = try wire.nextRequest() { try wire.send(answer(request)) }
        }
    }

    /// Answers every request with the same bytes, on kept-alive connections.
    static func responding(_ response: String, on wanted: Endpoint = .ipv4(port: 0)) throws -> ScriptedOrigin {
        try answering(on: wanted) { _ in response }
    }

    /// Answers by path, the query not looked at; what is not listed gets 404.
    static func perPath(_ answers: [String: String]) throws -> ScriptedOrigin {
        try answering { request in
            answers[String(request.target.prefix { $0 != "?" })]
                ?? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        }
    }

    /// As `servers:` in the route file names it.
    var url: String { endpoint.url }
    /// How many connections were accepted.
    var connections: Int { board.current.connections }
    /// Every request head seen, in order.
    var requests: [Message] { board.current.requests }
    /// The targets of the requests seen, in order.
    var targets: [String] { requests.map(\.target) }
    /// What went wrong in scripts.
    var failures: [String] { board.current.failures }

    /// The request head seen last.
    func lastRequest() throws -> Message {
        guard let last = requests.last else { throw HarnessError.timeout("the origin saw no request") }
        return last
    }

    /// Waits until so many request heads have come.
    @discardableResult
    func waitForRequests(_ count: Int) throws -> [Message] {
        guard let requests = board.wait(for: { $0.requests.count >= count ? $0.requests : nil }) else {
            throw HarnessError.timeout("\(count) requests at the origin, saw \(requests.count)")
        }
        return requests
    }

    /// Waits until so many connections have ended.
    func waitForEnds(_ count: Int) throws {
        guard board.wait(for: { $0.ended >= count ? true : nil }) != nil else {
            throw HarnessError.timeout("\(count) connections to end at the origin: \(board.current.ended)")
        }
    }

    private static func accept(
        _ listener: Int32,
        until stop: Int32,
        _ board: Board<Record>,
        _ script: @escaping Script
    ) {
        defer {
            close(listener)
            close(stop)
        }
        while true {
            var entries = [
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&entries, 2, -1) > 0, entries[1].revents == 0 else { return }
            let accepted = Descriptors.accept(listener)
            guard accepted >= 0 else { continue }
            board.change { $0.connections += 1 }
            Thread.detachNewThread { serve(accepted, board, script) }
        }
    }

    private static func serve(_ accepted: Int32, _ board: Board<Record>, _ script: Script) {
        let wire = Wire(accepted)
        wire.observer = { head in board.change { $0.requests.append(head) } }
        do {
            try script(wire)
        } catch {
            board.change { $0.failures.append("\(error)") }
        }
        wire.close()
        board.change { $0.ended += 1 }
    }
}

/// A 200 with that body and more field lines, each ending in CRLF.
func ok(_ body: String = "ok", _ fields: String = "") -> String { answer(200, body, fields) }

/// A response with that status and body and more field lines, each ending in CRLF.
func answer(_ status: Int, _ body: String = "", _ fields: String = "") -> String {
    "HTTP/1.1 \(status) Something\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}
