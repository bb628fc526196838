import HTTP
import LinuxIO
import Upstream

/// An exchange's side towards its upstream: one request out, one response in, over an HTTP/1.1 wire connection.
///
/// Its calls are the small set every carrier has: `start`, `sendBody`, `sendEnd`, `flush`, `pause`, `resume`, `cancel`;
/// it answers with `Exchange.receiveInterim`, `receiveResponse`, `relayBody`, `endResponse` and `upstreamFailed`, and
/// once an event is dealt with, `settle`: only there may the exchange end and this object begin anew.
///
/// One piece because sending, reading and re-sending share the connection, and the rule of when a request may go out
/// again (RFC 9110 §9.2.2) needs all three in view.
final class UpstreamStream: WireOwner {
    /// How much of a request is kept for sending it again, in bytes.
    static let replayLimit = 64 * 1024

    enum Phase {
        case idle
        case connecting
        case head
        case body
        /// After a 101: bytes of another protocol, both ways.
        case tunnel
        case done
    }

    unowned(unsafe) let exchange: Exchange
    unowned(unsafe) let worker: Worker
    private(set) lazy var timer = Timer(worker.loop) { [unowned self] in timedOut() }

    /// The request as it goes out.
    ///
    /// While it can be sent again it is kept from its first byte; `sent` says how far it went.
    let outbound: ByteBuffer
    var sent = 0
    /// What the kernel still had to send when the connection had no room, in bytes.
    private var unsentAtBlock = 0

    private var pool: UpstreamPool?
    private(set) var connection: WireConnection?
    private var attempts = 0
    var phase = Phase.idle
    private var method = Method.get
    private var isIdempotent = false
    private var isReplayable = true
    private var wasResent = false
    var requestEnded = false
    /// In a tunnel: the upstream sends no more.
    var responseEnded = false
    private var sawResponseByte = false
    private var isPaused = false
    /// The final head waits, at the beginning of `partial`, until the session is saved.
    private var isHeld = false
    var isReadable = false
    private var peerClosed = false
    private var isReading = false

    private var parser: ResponseHeadParser
    private(set) var response = ResponseHead()
    private var decoder = BodyDecoder(.none, limits: HeadLimits())
    /// The beginning of a response head that did not arrive in one piece.
    private var partial: ByteBuffer?

    /// When the connection was chosen and when the final head had arrived; monotonic nanoseconds, 0 before.
    private(set) var startedAt: UInt64 = 0
    private(set) var headAt: UInt64 = 0
    /// The server the request went to, for the log.
    private(set) var server: ServerAddress?

    init(exchange: Exchange, worker: Worker) {
        self.exchange = exchange
        self.worker = worker
        outbound = ByteBuffer(capacity: 2048, account: worker.memory)
        self.parser = ResponseHeadParser(limits: HeadLimits())
    }

    /// Whether the request may still be added to without pressing on memory.
    var canTakeMore: Bool { outbound.count - sent < worker.highWater }

    var isIdle: Bool { phase == .idle || phase == .done }

    // MARK: The request

    /// Begins with the head that `outbound` holds.
    ///
    /// Nothing is sent before `flush`.
    func start(_ pool: UpstreamPool, method: Method) {
        self.pool = pool
        self.method = method
        isIdempotent = method.isIdempotent
        startedAt = worker.loop.now
        connect(fresh: false)
    }

    func sendBody(_ bytes: UnsafeRawBufferPointer) {
        if exchange.isRequestChunked {
            outbound.appendHex(UInt64(bytes.count))
            outbound.append("\r\n")
            outbound.append(bytes)
            outbound.append("\r\n")
        } else {
            outbound.append(bytes)
        }
    }

    func sendEnd(_ decoder: borrowing BodyDecoder) {
        if exchange.isRequestChunked {
            var section = TrailerSection()
            if !decoder.trailers.isEmpty {
                section.nominated = exchange.nominatedInRequest()
                section.exposed = exchange.edition.snapshot.exposedNames
                section.edits = exchange.route?.requestEdits
                section.isTrusted = exchange.facts.isTrusted
            }
            section.writeLastChunk(decoder, into: outbound)
        }
        requestEnded = true
    }

    func sendEnd() {
        requestEnded = true
    }

    /// Sends what the connection takes.
    func flush() {
        guard let connection, phase == .head || phase == .body || phase == .tunnel else { return }
        let before = sent
        while outbound.count > sent {
            let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(outbound.readable)[sent...])
            switch connection.send(rest) {
            case .bytes(let count):
                sent += count
            case .wouldBlock:
                // Bytes the client adds are no progress of the upstream's.
                if sent > before || !timer.isArmed {
                    unsentAtBlock = Sockets.unsent(connection.descriptor)
                    timer.arm(after: quietTime)
                }
                forgetSent()
                return
            case .closed, .failed:
                sendingFailed()
                return
            }
        }
        forgetSent()
        if phase == .tunnel { return allSentInTunnel() }
        if isPaused || isHeld {
            // While the client is slow to take the response, the client's own timeout counts.
            timer.cancel()
        } else if requestEnded {
            timer.arm(after: sawResponseByte ? idleTimeout : firstByteTimeout)
        } else {
            timer.cancel()
        }
    }

    /// The upstream takes no more.
    ///
    /// It may have answered before it closed (a 413, say), so its last words are read first.
    private func sendingFailed() {
        let failing = connection
        isReadable = true
        peerClosed = true
        read()
        // Reading may have found the end, and dialled anew: that connection has not failed.
        if let failing, connection === failing, !isPaused, !isHeld { connectionBroke(.connectionReset) }
    }

    /// A long request is not kept for sending it again.
    private func forgetSent() {
        guard sent > Self.replayLimit || worker.isTight || phase == .tunnel else { return }
        isReplayable = false
        outbound.consume(sent)
        sent = 0
    }

    /// How long the connection may be quiet.
    private var quietTime: UInt64 { phase == .tunnel ? tunnelTimeout : idleTimeout }
    private var idleTimeout: UInt64 { pool?.settings.idleTimeout ?? 0 }
    private var firstByteTimeout: UInt64 { pool?.settings.firstByteTimeout ?? 0 }

    // MARK: The connection

    private func connect(fresh: Bool) {
        guard let pool else { return }
        attempts += 1
        let index = pool.nextServer()
        server = pool.settings.servers[index]
        if !fresh, let idle = pool.checkoutIdle(server: index) {
            connection = idle
            idle.owner = self
            phase = .head
            // Edge-triggered: what the socket was ready for before it became ours is not said again.
            isReadable = false
            return
        }
        phase = .connecting
        connection = pool.dial(server: index, owner: self)
    }

    override func wireConnected(_ connection: WireConnection) {
        phase = .head
        flush()
        exchange.upstreamCanTakeMore()
        exchange.settle()
    }

    override func wireFailed(_ connection: WireConnection, _ error: UpstreamError) {
        guard phase == .connecting, let pool else { return }
        self.connection = nil
        // Nothing was sent: any request may try the next server.
        if attempts < pool.settings.servers.count, error.isAnotherServerWorthTrying {
            connect(fresh: true)
            return
        }
        fail(.upstream(error))
        exchange.settle()
    }

    override func wireReady(_ connection: WireConnection, _ readiness: Readiness) {
        guard connection === self.connection else { return }
        if readiness.contains(.peerClosed) || readiness.contains(.failed) { peerClosed = true }
        if !readiness.isDisjoint(with: [.readable, .peerClosed, .failed]) { isReadable = true }
        if readiness.contains(.writable), outbound.count > sent {
            flush()
            exchange.upstreamCanTakeMore()
            // The exchange may have ended meanwhile, and begun anew.
            guard connection === self.connection else { return exchange.settle() }
        }
        if phase == .tunnel, requestEnded, outbound.isEmpty { allSentInTunnel() }
        if isReadable, !isPaused { read() }
        exchange.settle()
    }

    /// The connection broke.
    ///
    /// Says by itself whether the request may go out once more.
    private func connectionBroke(_ error: UpstreamError) {
        guard let broken = connection else { return }
        let nothingWritten = sent == 0
        let mayResend =
            broken.isReused && !sawResponseByte && !wasResent && isReplayable && (nothingWritten || isIdempotent)
        broken.close()
        connection = nil
        if mayResend {
            wasResent = true
            sent = 0
            peerClosed = false
            isReadable = false
            timer.cancel()
            connect(fresh: true)
            return
        }
        switch phase {
        case .head where !sawResponseByte: fail(error == .connectionReset ? .upstream(error) : .closedBeforeResponse)
        case .head, .body: fail(.responseIncomplete)
        case .tunnel: tunnelBroke(error)
        case .idle, .connecting, .done: break
        }
    }

    // MARK: The response

    func pause() {
        isPaused = true
        // A tunnel has one time for both of its sides; else the client's own counts.
        if phase != .tunnel { timer.cancel() }
    }

    func resume() {
        guard isPaused else { return }
        isPaused = false
        if isHeld { return }
        timer.arm(after: quietTime)
        if isReadable { read() }
    }

    /// The session is saved, or could not be, or is to be tried again: the head that was held is handed over again, then
    /// what follows it.
    func release() {
        guard isHeld, let held = partial else { return }
        isHeld = false
        partial = nil
        if !isPaused { timer.arm(after: quietTime) }
        let bytes = held.readable
        exchange.receiveResponse(response, bytes)
        if exchange.isSaving {
            isHeld = true
            partial = held
            timer.cancel()
            return
        }
        // A save that failed has let go of the connection.
        if phase == .body || phase == .tunnel { _ = advance(UnsafeBufferPointer(rebasing: bytes[response.length...])) }
        worker.buffers.give(held)
        if isReadable, !isPaused { read() }
    }

    private func read() {
        guard !isReading else { return }
        isReading = true
        let scratch = worker.room(worker.scratch)
        while isReadable, !isPaused, !isHeld, let connection {
            switch connection.receive(into: scratch) {
            case .bytes(let count):
                // A short read emptied a plain socket; TLS may hold decrypted bytes, and an end already seen must be
                // read.
                if count < scratch.count, !connection.isTLS, !peerClosed { isReadable = false }
                timer.arm(after: quietTime)
                consume(UnsafeRawBufferPointer(rebasing: scratch[0..<count]))
            case .wouldBlock:
                isReadable = false
            case .closed:
                connectionEnded()
            case .failed:
                connectionBroke(.connectionReset)
            }
        }
        isReading = false
    }

    private func connectionEnded() {
        if phase == .tunnel {
            endedInTunnel()
        } else if phase == .body, decoder.mayEndWithConnection {
            complete(keep: false)
        } else {
            connectionBroke(.connectionClosed)
        }
    }

    private func consume(_ bytes: UnsafeRawBufferPointer) {
        sawResponseByte = true
        guard let partial else {
            let used = advance(bytes.assumingMemoryBound(to: UInt8.self))
            if phase == .head || isHeld, used < bytes.count {
                let buffer = worker.buffers.take()
                buffer.append(UnsafeRawBufferPointer(rebasing: bytes[used...]))
                self.partial = buffer
            }
            return
        }
        partial.append(bytes)
        let used = advance(partial.readable)
        if phase == .head || isHeld {
            partial.consume(used)
        } else {
            self.partial = nil
            worker.buffers.give(partial)
        }
    }

    /// Takes what is complete in `bytes` and says how much that was.
    ///
    /// Anything left is the beginning of a head.
    private func advance(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var offset = 0
        while phase == .head {
            let rest = UnsafeBufferPointer(rebasing: bytes[offset...])
            do throws(ResponseError) {
                guard try parser.parse(rest.span, for: method, into: &response) else { return offset }
            } catch {
                fail(.badResponse(error))
                return bytes.count
            }
            offset += response.length
            if response.status == 101, !exchange.accepts(response, rest.span) {
                fail(.unexpectedUpgrade)
                return bytes.count
            }
            if response.isInterim {
                exchange.receiveInterim(response, rest)
                parser.reset()
                response.reset()
            } else {
                headAt = worker.loop.now
                decoder = BodyDecoder(response.body, limits: HeadLimits())
                if response.status == 101 { switchProtocols() } else { phase = .body }
                exchange.receiveResponse(response, rest)
                if exchange.isSaving {
                    isHeld = true
                    timer.cancel()
                    return offset - response.length
                }
            }
        }
        while phase == .body {
            let step: ChunkedDecoder.Event
            do throws(FramingError) {
                step = try decoder.next(bytes.span, at: &offset)
            } catch {
                fail(.badResponseBody(error))
                return bytes.count
            }
            switch step {
            case .needMore:
                return bytes.count
            case .data(let range):
                exchange.relayBody(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[range]))
            case .end:
                // Bytes after a complete response belong to nobody: such a connection is not used again (S10).
                complete(keep: offset == bytes.count)
            }
        }
        if phase == .tunnel, offset < bytes.count {
            exchange.relayTunnel(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[offset...])))
        }
        return bytes.count
    }

    private func complete(keep: Bool) {
        phase = .done
        timer.cancel()
        if let connection {
            self.connection = nil
            if keep, response.persistent, requestEnded, sent == outbound.count, !peerClosed {
                pool?.checkin(connection)
            } else {
                connection.close()
            }
        }
        exchange.endResponse(decoder)
    }

    private func timedOut() {
        if outbound.count > sent, let connection {
            // The kernel has room for megabytes: a server that reads slowly must not be taken for one that does not.
            let unsent = Sockets.unsent(connection.descriptor)
            if unsent < unsentAtBlock {
                unsentAtBlock = unsent
                timer.arm(after: quietTime)
                return
            }
        }
        switch phase {
        case .head where outbound.count > sent: fail(.upstreamSendTimeout)
        case .head where !sawResponseByte: fail(.firstByteTimeout)
        case .head, .body: fail(.upstreamIdleTimeout)
        case .tunnel: fail(.tunnelTimeout)
        case .idle, .connecting, .done: break
        }
        exchange.settle()
    }

    func fail(_ error: GatewayError) {
        cancel()
        exchange.upstreamFailed(error)
    }

    /// Lets go of the connection.
    ///
    /// What is under way on it is lost to nobody: it is closed, never used again.
    func cancel() {
        timer.cancel()
        if isCutInTunnel { connection?.abort() } else { connection?.close() }
        connection = nil
        if phase != .idle { phase = .done }
    }

    /// Ready for the next exchange; keeps its memory.
    func reset() {
        cancel()
        phase = .idle
        outbound.clear()
        outbound.trim(to: 16 * 1024)
        sent = 0
        if let partial { worker.buffers.give(partial) }
        partial = nil
        pool = nil
        server = nil
        attempts = 0
        isReplayable = true
        wasResent = false
        requestEnded = false
        responseEnded = false
        sawResponseByte = false
        isPaused = false
        isHeld = false
        isReadable = false
        peerClosed = false
        parser.reset()
        response.reset()
        decoder = BodyDecoder(.none, limits: HeadLimits())
        startedAt = 0
        headAt = 0
    }
}
