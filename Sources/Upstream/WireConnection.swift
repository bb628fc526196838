import CCurl
import Glibc
public import LinuxIO

/// A connection to a server that libcurl has made and secured, and whose bytes are ours.
///
/// ```
/// dialling ──connected──▶ inUse ◀──checkout / checkin──▶ idle
///     └──────failed────────▶ closed ◀──close, or the server ends──┘
/// ```
///
/// The easy handle stays in its multi for the connection's whole life: taking it out closes the connection. Each has a
/// connection cache of its own (a `CURLSH`), because every send and receive looks its connection up in the cache.
public final class WireConnection: Watcher {
    enum State { case dialling, inUse, idle, closed }

    /// Who is told about this connection; nil while it waits in the pool, and once it is closed.
    public var owner: WireOwner?
    /// The server at its other end.
    public let server: ServerAddress
    /// The server's place in the upstream's list.
    let serverIndex: Int
    /// Whether it has come out of the pool.
    ///
    /// Then the server may have closed it just before a request was sent on it.
    public var isReused: Bool { requests > 1 }
    /// How many times it has been handed out, the first time by dialling.
    public internal(set) var requests = 1
    /// Whether bytes are encrypted.
    ///
    /// Read a plain connection until a read falls short of the room given, a TLS one until `wouldBlock`: it may hold
    /// decrypted bytes of which the socket shows nothing.
    public let isTLS: Bool
    /// The most `receive` gives at once, in bytes: room for more is not filled by one call.
    public static let largestReceive = 64 * 1024
    /// Whether it is connected and not closed.
    public var isOpen: Bool { state == .inUse || state == .idle }

    var state = State.dialling
    /// Monotonic nanoseconds at which it came into the pool.
    var idleSince: UInt64 = 0
    private let client: UpstreamClient
    /// Used while idle only, when the pool holds this connection.
    private unowned let pool: UpstreamPool
    private var easy: UnsafeMutableRawPointer?
    private var share: UnsafeMutableRawPointer?
    private var errorText: UnsafeMutablePointer<CChar>?
    /// TLS only: bytes taken from the owner that OpenSSL must be given again, at this very address.
    private var unsent: ByteBuffer?
    /// `shutdownWrite` waits for `unsent` to be gone.
    private var endsWhenSent = false
    /// Whether `shutdownWrite` still waits for room; the owner is told of it by `wireReady`.
    public var isEnding: Bool { endsWhenSent }

    init(client: UpstreamClient, pool: UpstreamPool, serverIndex: Int, owner: WireOwner) {
        self.client = client
        self.pool = pool
        self.serverIndex = serverIndex
        self.owner = owner
        server = pool.settings.servers[serverIndex]
        isTLS = server.scheme == .https
        super.init()
    }

    deinit { close() }

    // MARK: Bytes

    /// Writes; a count short of what was given means that there is no more room, so wait for `writable`.
    ///
    /// What a TLS connection has counted as sent it may keep for a while and send by itself when there is room: the
    /// caller's bytes may move.
    public func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        guard let easy, isOpen else { return .failed(ENOTCONN) }
        return isTLS ? sendEncrypted(bytes, easy) : write(bytes, easy)
    }

    /// Reads what is there, at most the room given, which must not be empty.
    ///
    /// `closed` is the server's orderly end; an encrypted stream that is cut off is `failed`.
    public func receive(into room: UnsafeMutableRawBufferPointer) -> Transfer {
        guard let easy, isOpen else { return .failed(ENOTCONN) }
        var count = 0
        let code = curl_easy_recv(easy, room.baseAddress, room.count, &count)
        if code == CURLE_OK {
            if count > 0 { return .bytes(count) }
            // libcurl makes no difference between the two ends.
            return isTLS && TLSSession(easy)?.hasFarewell == false ? .failed(ECONNRESET) : .closed
        }
        return code == CURLE_AGAIN ? .wouldBlock : .failed(lastError(easy))
    }

    private func write(_ bytes: UnsafeRawBufferPointer, _ easy: UnsafeMutableRawPointer) -> Transfer {
        guard !bytes.isEmpty else { return .bytes(0) }
        var count = 0
        let code = curl_easy_send(easy, bytes.baseAddress, bytes.count, &count)
        if code == CURLE_OK { return count > 0 ? .bytes(count) : .wouldBlock }
        return code == CURLE_AGAIN ? .wouldBlock : .failed(lastError(easy))
    }

    /// Sends through a buffer of ours, where the bytes live until they are gone.
    ///
    /// OpenSSL, once it could not send all of a record, wants the same bytes at the same address again.
    private func sendEncrypted(_ bytes: UnsafeRawBufferPointer, _ easy: UnsafeMutableRawPointer) -> Transfer {
        if let problem = flush(easy) { return problem }
        var taken = 0
        while taken < bytes.count {
            let part = UnsafeRawBufferPointer(
                rebasing: bytes[taken..<min(bytes.count, taken + UpstreamClient.recordBytes)]
            )
            let buffer = client.buffers.take()
            buffer.append(part)
            unsent = buffer
            taken += part.count
            guard let problem = flush(easy) else { continue }
            // After a record has gone it may have been read: nobody may think that nothing was sent. The next send fails.
            if case .failed = problem, taken == part.count, buffer.count == part.count { return problem }
            break
        }
        return .bytes(taken)
    }

    /// Sends what was kept; nil when nothing is left of it.
    private func flush(_ easy: UnsafeMutableRawPointer) -> Transfer? {
        guard let buffer = unsent else { return nil }
        while !buffer.isEmpty {
            let result = write(UnsafeRawBufferPointer(buffer.readable), easy)
            guard case .bytes(let count) = result else { return result }
            buffer.consume(count)
        }
        unsent = nil
        client.buffers.give(buffer)
        return nil
    }

    /// Says that no more will be sent, after what was taken before; the server can go on sending.
    ///
    /// TLS says so by its own farewell too, after which a server of TLS 1.2 sends no more either (RFC 5246 §7.2.1).
    public func shutdownWrite() {
        guard let easy, isOpen else { return }
        endsWhenSent = unsent != nil
        if endsWhenSent { return }
        if isTLS {
            endsWhenSent = TLSSession(easy)?.sayFarewell(on: descriptor) == false
            if endsWhenSent { return }
        }
        Sockets.shutdownWrite(descriptor)
    }

    private func lastError(_ easy: UnsafeMutableRawPointer) -> Int32 {
        var value = 0
        curl_easy_get_long(easy, CURLINFO_OS_ERRNO, &value)
        return value == 0 ? ECONNRESET : Int32(truncatingIfNeeded: value)
    }

    /// Whether the server has neither sent anything unasked nor closed: only such a connection may be used again.
    func isQuiet() -> Bool {
        guard isTLS else { return Sockets.peek(descriptor) == .wouldBlock }
        // Through TLS, because a session ticket that comes late makes the socket readable without being an answer.
        return unsent == nil
            && withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { receive(into: $0) } == .wouldBlock
    }

    public override func ready(_ readiness: Readiness) {
        switch state {
        case .inUse:
            var readiness = readiness
            if unsent != nil, let easy, case .failed = flush(easy) { readiness.insert(.failed) }
            if endsWhenSent { shutdownWrite() }
            owner?.wireReady(self, readiness)
        case .idle: pool.idleConnection(self, became: readiness)
        case .dialling, .closed: break
        }
    }

    // MARK: Life

    /// Begins; false when there is no memory for it.
    func dial(_ settings: UpstreamSettings, url: String) -> Bool {
        guard let easy = curl_easy_init() else { return false }
        self.easy = easy
        guard let share = curl_share_of_connections() else { return false }
        self.share = share
        let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText[0] = 0
        self.errorText = errorText
        let me = Unmanaged.passUnretained(self).toOpaque()
        var fine =
            curl_easy_set_pointer(easy, CURLOPT_SHARE, share) == CURLE_OK
            && curl_easy_set_pointer(easy, CURLOPT_PRIVATE, me) == CURLE_OK
            && curl_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText) == CURLE_OK
            && curl_easy_set_string(easy, CURLOPT_URL, url) == CURLE_OK
            && curl_easy_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK
            // A proxy that the environment names is meant for other programs.
            && curl_easy_set_string(easy, CURLOPT_PROXY, "") == CURLE_OK
        if server.scheme == .unix {
            fine = fine && curl_easy_set_string(easy, CURLOPT_UNIX_SOCKET_PATH, server.path) == CURLE_OK
        }
        if let caFile = settings.caFile {
            fine = fine && curl_easy_set_string(easy, CURLOPT_CAINFO, caFile) == CURLE_OK
        }
        let timeout = Int(Int32(clamping: (settings.connectTimeout + 999_999) / 1_000_000))
        for (option, value) in [
            (CURLOPT_CONNECT_ONLY, 1),
            // With HTTP/2 agreed on, libcurl 7.88.1 crashes in curl_easy_send.
            (CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1),
            (CURLOPT_SSL_ENABLE_ALPN, settings.announcesHTTP ? 1 : 0),
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_CONNECTTIMEOUT_MS, max(1, timeout)),
            (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_TCP_NODELAY, 1),
            (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_DNS_SHUFFLE_ADDRESSES, 1),
            // Giving up on a slow name server must not wait for it: else the whole loop would.
            (CURLOPT_QUICK_EXIT, 1),
            // The most one `curl_easy_recv` hands out, though it goes straight to the caller's room.
            (CURLOPT_BUFFERSIZE, WireConnection.largestReceive),
        ] { fine = fine && curl_easy_set_long(easy, option, value) == CURLE_OK }
        return fine && client.add(easy)
    }

    /// Dialling has ended, with libcurl's result.
    func dialled(_ code: CURLcode) {
        guard let easy, state == .dialling else { return }
        state = .inUse
        guard code == CURLE_OK else { return fail(error(code, easy)) }
        var socket: Int32 = -1
        curl_easy_get_socket(easy, &socket)
        guard socket >= 0 else { return fail(.connectionClosed) }
        releaseErrorText()
        do {
            try client.loop.watch(self, descriptor: socket)
        } catch {
            return fail(.unavailable(error.description))
        }
        owner?.wireConnected(self)
    }

    /// Closes and tells the owner why.
    func fail(_ error: UpstreamError) {
        let told = owner
        state = .inUse  // nobody needs to take it back from the multi's hands
        close()
        told?.wireFailed(self, error)
    }

    /// Closes it so that the server cannot take it for an end: with a reset, and without TLS's farewell.
    public func abort() {
        if isOpen {
            if isTLS, let easy { TLSSession(easy)?.omitFarewell() }
            Sockets.setLingerReset(descriptor)
        }
        close()
    }

    /// Closes it, in whatever state it is; its owner is not told and forgotten.
    ///
    /// Once closed, does nothing.
    public func close() {
        guard state != .closed else { return }
        let before = state
        state = .closed
        owner = nil
        client.loop.unwatch(self)
        if before == .idle { pool.forget(self) }
        if let easy {
            client.remove(easy)
            curl_easy_cleanup(easy)
        }
        easy = nil
        // After the easy handle, which uses it.
        if let share { curl_share_cleanup(share) }
        share = nil
        errorText?.deallocate()
        errorText = nil
        if let unsent { client.buffers.give(unsent) }
        unsent = nil
        if before == .dialling { client.letGo(self) }
    }

    private func error(_ code: CURLcode, _ easy: UnsafeMutableRawPointer) -> UpstreamError {
        var errno = 0
        var lookup: curl_off_t = 0
        curl_easy_get_long(easy, CURLINFO_OS_ERRNO, &errno)
        curl_easy_get_offset(easy, CURLINFO_NAMELOOKUP_TIME_T, &lookup)
        let own = errorText.map { String(cString: $0) } ?? ""
        let text = own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
        return UpstreamError(dialling: code, resolved: lookup > 0, errno: Int32(truncatingIfNeeded: errno), text: text)
    }

    private func releaseErrorText() {
        guard let easy, let errorText else { return }
        curl_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, nil)
        errorText.deallocate()
        self.errorText = nil
    }
}
