import CCurl
import LinuxIO

/// A socket that libcurl watches while it dials: of a connection in the making, or of its resolver's thread.
final class DialWatcher: Watcher {
    /// libcurl drops its sockets before the client can go.
    private unowned let client: UpstreamClient

    init(_ client: UpstreamClient) {
        self.client = client
        super.init()
    }

    override func ready(_ readiness: Readiness) { client.ready(descriptor, readiness) }
}
