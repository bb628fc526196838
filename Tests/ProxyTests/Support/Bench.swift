import Glibc
import LinuxIO
import Testing

@testable import Proxy

/// A worker whose loop the test turns by hand, and real sockets on the loopback.
enum Bench {
    static func worker(_ file: String = Stage.nullRoute) throws -> Worker {
        try Worker(snapshot: Snapshot(try Sample.settings(file)), output: LogOutput(descriptor: -1), workers: 1)
    }

    /// A listening socket and where it listens.
    static func listening() throws -> (descriptor: Int32, address: SocketAddress) {
        let wanted = try #require(SocketAddress(parsing: "127.0.0.1:0"))
        let descriptor = try Sockets.listen(wanted, reusePort: true)
        return (descriptor, try #require(Sockets.boundAddress(descriptor)))
    }

    /// A client's connection; `room` is the kernel's for what it has not read, in bytes.
    static func connected(to address: SocketAddress, room: Int32? = nil) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var room { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size)) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = address.port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw IOError("connect")
        }
        return descriptor
    }

    static func turn(_ worker: Worker, until isDone: () -> Bool) {
        var turns = 0
        while !isDone(), turns < 200 {
            worker.loop.runOnce(timeoutNanoseconds: 20_000_000)
            turns += 1
        }
    }

    static func received(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }

    /// Whether the other side has ended the connection, once all it sent was read.
    static func isEnded(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) == 0
    }

    static func send(_ text: String, on descriptor: Int32) {
        let bytes = Array(text.utf8)
        let count = Glibc.send(descriptor, bytes, bytes.count, 0)
        #expect(count == bytes.count)
    }
}
