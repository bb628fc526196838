import Glibc
import LinuxIO
import Testing

/// A server that greets like Redis and says one and the same to every script; on the test's own thread.
final class FakeRedis {
    let url: String
    private let listener: Int32
    private var connection: Int32 = -1
    private let answer: String

    init(answering answer: String) throws {
        self.answer = answer
        let address = try #require(SocketAddress(parsing: "127.0.0.1:0"))
        listener = try Sockets.listen(address, reusePort: false)
        url = "redis://127.0.0.1:\(try #require(Sockets.boundAddress(listener)).port)"
    }

    deinit {
        close(connection)
        close(listener)
    }

    /// Answers what has come.
    func turn() {
        if connection < 0 { connection = accept(listener, nil, nil) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(connection, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        let replies = Array((text.contains("PING") ? "+PONG\r\n" : answer).utf8)
        let sent = send(connection, replies, replies.count, 0)
        #expect(sent == replies.count)
    }
}
