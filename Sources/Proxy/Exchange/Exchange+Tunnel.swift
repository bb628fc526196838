import HTTP
import LinuxIO

/// What becomes of an exchange whose upstream switches protocols (RFC 9110 §7.8): a tunnel.
///
/// Each direction flows, holds the other side back, and ends by itself; the exchange is over when both have ended.
extension Exchange {
    /// Whether the client's `Upgrade` goes upstream.
    var offersUpgrade: Bool { facts.wantsUpgrade && route?.allowsUpgrade == true }

    /// Whether a 101 is the answer to what was offered.
    func accepts(_ response: borrowing ResponseHead, _ bytes: Span<UInt8>) -> Bool {
        offersUpgrade && UpgradeOffer.isAccepted(by: response, bytes, of: head, headBytes.readable.span)
    }

    /// The 101 is written: what the client has sent since its head goes upstream, and what it will send.
    func beginTunnel(_ client: ClientConnection) {
        guard state.switchProtocols() else { return }
        // Broken off, it must not look like an end.
        isResponseUntilClose = true
        worker.counters.tunnels += 1
        worker.counters.openTunnels += 1
        client.beginTunnel()
    }

    // MARK: From the client

    func receiveTunnel(_ bytes: UnsafeRawBufferPointer) {
        guard state.request == .tunnelling else { return }
        bytesIn += UInt64(bytes.count)
        upstream.sendTunnel(bytes)
    }

    /// The client sends no more; the upstream hears of it once it has got the rest.
    func clientEndedTunnel() {
        guard state.request == .tunnelling else { return }
        upstream.endTunnel()
    }

    // MARK: From the upstream

    func relayTunnel(_ bytes: UnsafeRawBufferPointer) {
        guard state.response == .tunnelling, let client else { return }
        bytesOut += UInt64(bytes.count)
        client.send(bytes, "")
        pauseWhileClientIsSlow(client)
    }

    /// The upstream sends no more; the client hears of it once it has got the rest.
    func upstreamEndedTunnel() {
        state.responseEnd()
        client?.endTunnelOutput()
    }

    /// The upstream has got the client's last byte, and the end.
    func tunnelSent() { state.requestEnd() }

    /// The upstream, which had ended its own side, takes no more either.
    func upstreamLeftTunnel() { state.requestAbandoned() }
}
