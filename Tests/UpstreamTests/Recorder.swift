import LinuxIO
import Upstream

/// An owner that writes down what it is told.
final class Recorder: WireOwner {
    var connected = 0
    var errors: [UpstreamError] = []
    var readiness: [Readiness] = []
    var text = ""
    /// How receiving ended.
    var end: Transfer?

    /// The connection, once it is there.
    weak var connection: WireConnection?

    override func wireConnected(_ connection: WireConnection) {
        connected += 1
        self.connection = connection
    }

    override func wireFailed(_ connection: WireConnection, _ error: UpstreamError) { errors.append(error) }

    override func wireReady(_ connection: WireConnection, _ readiness: Readiness) {
        self.readiness.append(readiness)
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
            while true {
                let result = connection.receive(into: room)
                guard case .bytes(let count) = result else {
                    if result != .wouldBlock { end = result }
                    return
                }
                text += String(decoding: room.prefix(count), as: UTF8.self)
            }
        }
    }

    var isAnswered: Bool { connected + errors.count > 0 }
}

extension EventLoop {
    /// Takes turns until something has happened; false when it has not within ten seconds.
    func turn(until happened: () -> Bool) -> Bool {
        let limit = now + 10_000_000_000
        while !happened() {
            guard now < limit else { return false }
            runOnce(timeoutNanoseconds: 20_000_000)
        }
        return true
    }
}

extension WireConnection {
    func send(_ text: String) -> Transfer { Array(text.utf8).withUnsafeBytes { send($0) } }
}
