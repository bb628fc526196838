import CCurl
public import LinuxIO

/// One worker's libcurl: a multi handle that dials, told by our loop about its sockets and its time.
///
/// Sockets are the multi's only while dialling; a connection, once made, watches its socket itself.
public final class UpstreamClient {
    /// TLS takes bytes in pieces of at most this size: one record.
    static let recordBytes = 16384

    /// libcurl wants to be started once, before anything else of it.
    private static let started = curl_start() == CURLE_OK

    /// The loop it is on.
    public let loop: EventLoop
    /// Where TLS connections keep what OpenSSL wants to see again.
    let buffers = BufferPool(capacity: recordBytes, keep: 16)
    private let multi: UnsafeMutableRawPointer
    private var timer: Timer?
    private var kickIsComing = false

    /// A client on this loop, without connections.
    ///
    /// Ends the process when there is no memory for libcurl.
    public init(loop: EventLoop) {
        guard Self.started, let multi = curl_multi_init() else { fatalError("libcurl does not start") }
        self.loop = loop
        self.multi = multi
        let me = Unmanaged.passUnretained(self).toOpaque()
        curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 100_000)
        curl_multi_set_socket_function(
            multi,
            { _, socket, what, me, known in
                guard let me else { return 0 }
                Unmanaged<UpstreamClient>.fromOpaque(me).takeUnretainedValue().watch(socket, what, known)
                return 0
            },
            me
        )
        curl_multi_set_timer_function(
            multi,
            { _, milliseconds, me in
                guard let me else { return 0 }
                Unmanaged<UpstreamClient>.fromOpaque(me).takeUnretainedValue().setTimer(milliseconds)
                return 0
            },
            me
        )
        timer = Timer(loop) { [unowned self] in act(curl_socket_t(CURL_SOCKET_BAD), 0) }
    }

    // Every connection holds its client, so the multi is empty by now.
    deinit {
        timer = nil
        curl_multi_set_socket_function(multi, nil, nil)
        curl_multi_set_timer_function(multi, nil, nil)
        curl_multi_cleanup(multi)
    }

    // MARK: For connections

    /// Starts dialling.
    ///
    /// The connection is held until `dialled`, even if nobody else does.
    func dial(_ connection: WireConnection, _ settings: UpstreamSettings, url: String) {
        let held = Unmanaged.passRetained(connection)
        guard !connection.dial(settings, url: url) else { return }
        // The caller does not expect an answer before it has the connection.
        loop.later {
            guard connection.state == .dialling else { return }
            held.release()
            connection.fail(.unavailable("libcurl has no memory for a connection"))
        }
    }

    /// A connection was closed while dialling.
    func letGo(_ connection: WireConnection) { Unmanaged.passUnretained(connection).release() }

    func add(_ easy: UnsafeMutableRawPointer) -> Bool { curl_multi_add_handle(multi, easy) == CURLM_OK }

    func remove(_ easy: UnsafeMutableRawPointer) { curl_multi_remove_handle(multi, easy) }

    // MARK: What libcurl asks for

    private func watch(_ socket: curl_socket_t, _ what: Int32, _ known: UnsafeMutableRawPointer?) {
        let watcher = known.map { Unmanaged<DialWatcher>.fromOpaque($0).takeUnretainedValue() } ?? DialWatcher(self)
        if what == CURL_POLL_REMOVE { return loop.unwatch(watcher) }
        do {
            try loop.watchLevel(
                watcher,
                descriptor: socket,
                readable: what & CURL_POLL_IN != 0,
                writable: what & CURL_POLL_OUT != 0
            )
        } catch {
            return  // Nothing comes from this socket, so the connection fails when its time is over.
        }
        // The loop holds it for as long as libcurl knows it.
        if known == nil { curl_multi_assign(multi, socket, Unmanaged.passUnretained(watcher).toOpaque()) }
    }

    private func setTimer(_ milliseconds: Int) {
        guard milliseconds > 0 else {
            timer?.cancel()
            if milliseconds == 0 { kick() }
            return
        }
        timer?.arm(after: UInt64(milliseconds) * 1_000_000)
    }

    /// libcurl wants to be called as soon as possible, but not from inside its own callback.
    private func kick() {
        guard !kickIsComing else { return }
        kickIsComing = true
        loop.later { [self] in
            kickIsComing = false
            act(curl_socket_t(CURL_SOCKET_BAD), 0)
        }
    }

    func ready(_ socket: curl_socket_t, _ readiness: Readiness) {
        var what: Int32 = 0
        if readiness.contains(.readable) { what |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { what |= CURL_CSELECT_OUT }
        if readiness.contains(.failed) { what |= CURL_CSELECT_ERR }
        act(socket, what)
    }

    private func act(_ socket: curl_socket_t, _ what: Int32) {
        withExtendedLifetime(self) {
            var running: Int32 = 0
            curl_multi_socket_action(multi, socket, what, &running)
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left) {
                guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
                let code = curl_message_result(message)
                var context: UnsafeMutableRawPointer?
                curl_easy_get_pointer(easy, CURLINFO_PRIVATE, &context)
                guard let context else { continue }
                // Takes back what `dial` held.
                Unmanaged<WireConnection>.fromOpaque(context).takeRetainedValue().dialled(code)
            }
        }
    }
}
