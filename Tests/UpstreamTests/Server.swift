import Glibc
import LinuxIO
import Testing
import Upstream

/// A scripted server on the test's own loop: accepts everything, and leaves reading and writing to the test.
final class Server: Watcher {
    let loop: EventLoop
    let address: SocketAddress
    private let listener: Int32
    private(set) var accepted: [Int32] = []

    init(_ loop: EventLoop, _ text: String = "127.0.0.1:0") throws {
        self.loop = loop
        listener = try Sockets.listen(#require(SocketAddress(parsing: text)), reusePort: false)
        address = try #require(Sockets.boundAddress(listener))
        super.init()
        try loop.watchLevel(self, descriptor: listener, readable: true, writable: false)
    }

    var upstreamAddress: String { address.isUnix ? address.description : "http://\(address)" }

    override func ready(_ readiness: Readiness) {
        while case .connection(let descriptor, _) = Sockets.accept(listener) { accepted.append(descriptor) }
    }

    /// Sends on the connection that came as number `index`.
    func send(_ text: String, on index: Int = 0) {
        _ = Array(text.utf8).withUnsafeBytes { Sockets.send(accepted[index], $0) }
    }

    func received(on index: Int = 0) -> String {
        withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { room in
            guard case .bytes(let count) = Sockets.receive(accepted[index], into: room) else { return "" }
            return String(decoding: room.prefix(count), as: UTF8.self)
        }
    }

    func hangUp(_ index: Int = 0) {
        Sockets.close(accepted[index])
        accepted.remove(at: index)
    }

    func close() {
        loop.unwatch(self)
        for descriptor in accepted + [listener] { Sockets.close(descriptor) }
        accepted = []
        if address.isUnix { unlink(address.path) }
    }
}
