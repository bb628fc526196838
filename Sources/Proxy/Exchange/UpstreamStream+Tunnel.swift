import LinuxIO
import Upstream

/// The upstream's side of a tunnel: bytes both ways, each way with an end of its own.
extension UpstreamStream {
    /// A 101 was accepted.
    func switchProtocols() {
        phase = .tunnel
        requestEnded = false
        timer.arm(after: tunnelTimeout)
    }

    /// How long a tunnel may be without a byte either way, in nanoseconds.
    var tunnelTimeout: UInt64 { worker.snapshot.settings.timeouts.tunnel }

    func sendTunnel(_ bytes: UnsafeRawBufferPointer) {
        outbound.append(bytes)
        flush()
    }

    /// The client sends no more.
    func endTunnel() {
        requestEnded = true
        flush()
    }

    /// The upstream has taken all there was.
    func allSentInTunnel() {
        outbound.trim(to: 16 * 1024)
        timer.arm(after: tunnelTimeout)
        guard requestEnded, exchange.state.request == .tunnelling else { return }
        connection?.shutdownWrite()
        // TLS may keep a last record for which there is no room yet.
        if connection?.isEnding != true { exchange.tunnelSent() }
    }

    /// The upstream sends no more.
    func endedInTunnel() {
        isReadable = false
        guard !responseEnded else { return }
        responseEnded = true
        exchange.upstreamEndedTunnel()
    }

    /// The connection broke.
    ///
    /// One whose other side had ended before was closed by a server that does not wait for the client's end: no fault.
    func tunnelBroke(_ error: UpstreamError) {
        if responseEnded { exchange.upstreamLeftTunnel() } else { fail(.upstream(error)) }
    }

    /// Whether letting go of the connection now breaks a tunnel, so that the upstream must not take it for its end.
    var isCutInTunnel: Bool { phase == .tunnel && exchange.state.request != .complete }
}
