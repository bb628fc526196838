import Glibc

/// One end of a connection to the gateway, the client's or a service's: what it was sent, what it says.
final class Peer {
    private var descriptor: Int32
    /// What the gateway was sent on it, as far as the kernel took it.
    private(set) var sent: [UInt8] = []
    /// What the gateway said.
    private(set) var received: [UInt8] = []
    /// Whether the gateway has ended the connection.
    private(set) var isEnded = false
    /// Whether this end has been closed: what the gateway says then is lost.
    var isClosed: Bool { descriptor < 0 }
    /// Whether it takes what comes; else it waits, in the kernel and then in the gateway.
    var isReading = true { didSet { wasSlow = true } }
    /// Whether it ever did not: then the gateway may break off anywhere.
    private(set) var wasSlow = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close() }

    func send(_ bytes: ArraySlice<UInt8>) {
        guard !isClosed, !bytes.isEmpty else { return }
        let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count > 0 { sent += bytes.prefix(count) }
    }

    /// Says that no more comes.
    func finish() { if !isClosed { shutdown(descriptor, Int32(SHUT_WR)) } }

    /// Closes; with something unread the gateway sees a reset.
    func close() {
        guard !isClosed else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    /// Takes what has come; whether there was anything.
    func read() -> Bool {
        guard !isClosed, !isEnded, isReading else { return false }
        var took = false
        while true {
            let count = withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { room in
                let count = recv(descriptor, room.baseAddress, room.count, 0)
                if count > 0 { received.append(contentsOf: room[0..<count]) }
                return count
            }
            if count <= 0 {
                isEnded = count == 0 || errno != EAGAIN
                return took || isEnded
            }
            took = true
        }
    }
}
