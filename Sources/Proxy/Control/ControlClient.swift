internal import Glibc
public import LinuxIO

/// Asks a running gateway for something at its control socket.
public enum ControlClient {
    /// Why it was not done.
    public enum Failure: Error, CustomStringConvertible {
        /// Nobody listens at the socket, or it may not be used.
        case noGateway(String)
        /// The gateway says why it does not do it.
        case refused(String)
        /// A part holds a tab or a line's end, or is too long.
        case unsayable

        /// What happened, in one line.
        public var description: String {
            switch self {
            case .noGateway(let why): why
            case .refused(let why): why
            case .unsayable: "a name or value is empty, too long, or holds a tab or a line's end"
            }
        }
    }

    /// Asks, and waits until it is done, for at most ten seconds.
    public static func ask(_ request: ControlRequest, at address: SocketAddress) throws(Failure) {
        guard let line = request.line else { throw .unsayable }
        let descriptor: Int32
        do throws(IOError) {
            descriptor = try Sockets.connectWaiting(address, seconds: 10)
        } catch {
            throw .noGateway("\(error)")
        }
        defer { Sockets.close(descriptor) }
        let bytes = Array(line.utf8)
        guard case .bytes(bytes.count) = bytes.withUnsafeBytes({ Sockets.send(descriptor, $0) }) else {
            throw .noGateway("the gateway did not listen")
        }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while answer.last != 0x0A {
            let count = read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .noGateway("the gateway did not answer") }
            answer += part[..<count]
        }
        let text = String(decoding: answer.dropLast(), as: UTF8.self)
        if text != "ok" { throw .refused(text.hasPrefix("error ") ? String(text.dropFirst(6)) : text) }
    }
}
