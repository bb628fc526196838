public import LinuxIO

/// Who uses a wire connection at the moment: the upstream's side of an exchange, or a Redis client.
///
/// Subclassed by them.
open class WireOwner {
    /// An owner of nothing yet.
    public init() {}

    /// The dialled connection is there, with its TLS handshake done: send.
    open func wireConnected(_ connection: WireConnection) {}

    /// Dialling failed; the connection is closed already.
    open func wireFailed(_ connection: WireConnection, _ error: UpstreamError) {}

    /// The connection may have something to read, room to write, or an end.
    open func wireReady(_ connection: WireConnection, _ readiness: Readiness) {}
}
