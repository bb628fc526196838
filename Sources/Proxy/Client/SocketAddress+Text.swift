import LinuxIO

extension SocketAddress {
    /// The address without its port, as logs and `X-Forwarded-For` carry it; a unix socket's peer has none and is
    /// `unknown` (RFC 7239 §6.2).
    var ipText: [UInt8] {
        guard !isUnix else { return [UInt8]("unknown".utf8) }
        let buffer = ByteBuffer(capacity: 48)
        writeIP(into: buffer)
        return [UInt8](buffer.readable)
    }
}
