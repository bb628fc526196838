import LinuxIO

/// The client's side of a tunnel.
extension ClientConnection {
    /// A 101 is written: from here on bytes pass as they are.
    func beginTunnel() {
        input = .tunnel
        readDeadline = 0
        closeAfterResponse()
    }

    /// Whether bytes of another protocol flow in one direction at least.
    var isTunnel: Bool { exchange?.state.isTunnel == true }

    func useTunnel(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        exchange?.receiveTunnel(UnsafeRawBufferPointer(bytes))
        return bytes.count
    }

    /// The upstream has ended its side: the client is told so when it has got everything.
    func endTunnelOutput() {
        if pendingOutput == 0 { Sockets.shutdownWrite(descriptor) } else { endsOutputWhenSent = true }
    }

    /// Whether the connection is broken, and not merely ended on both sides with bytes still to be read.
    var isTunnelBroken: Bool {
        if case .failed = Sockets.peek(descriptor) { return true }
        return false
    }
}
