import HTTP
import LinuxIO

/// One client's connection: HTTP/1.1 on a socket, one exchange after the other, answers in the order of the requests.
///
/// An idle connection owns no buffer: bytes are read into the worker's own memory, and only what cannot be used at once
/// is kept.
///
/// Here is what is received and how it ends, one piece because any step of reading may be the last; `+Output` sends,
/// `+Deadlines` keeps the time, `+Tunnel` knows what follows a 101.
final class ClientConnection: Watcher {
    /// What is read of a request that was answered early, in bytes, so that the client sees the answer (RFC 9112 §9.3,
    /// §9.6).
    static let discardLimit = 64 * 1024
    /// How long a closing connection waits for the client to close too.
    static let lingerTime: UInt64 = 2_000_000_000

    enum Input {
        /// Waiting for, or in the middle of, a request's head.
        case head
        case body
        /// The request is complete; the next one waits for the answer.
        case waiting
        /// After a 101: bytes of another protocol.
        case tunnel
        /// Reading the rest of a body nobody wants.
        case discarding(left: Int)
        /// Everything is said; reading until the client closes, so that the answer is not lost to a reset.
        case lingering(left: Int)
    }

    unowned(unsafe) let worker: Worker
    let peer: SocketAddress
    /// Whether the peer is one of `trusted_proxies`.
    let isTrusted: Bool
    /// Whether it is one of those its address may have; kept by the worker.
    var isCounted = false
    /// The peer's address as text, made once: every request is forwarded and logged with it.
    private(set) lazy var peerText = peer.ipText
    /// Where this connection stands in the worker's list; kept by the worker.
    var index = 0

    private(set) lazy var timer = Timer(worker.loop) { [unowned self] in timerFired() }
    var readDeadline: UInt64 = 0
    var sendDeadline: UInt64 = 0
    /// What the kernel still had to send when `sendDeadline` was set, in bytes.
    var unsentAtDeadline = 0

    var input = Input.head
    private var parser: RequestHeadParser
    private var decoder: BodyDecoder
    /// Received and not yet used.
    private(set) var inbound: ByteBuffer?
    /// Written and not yet taken by the socket.
    var outbound: ByteBuffer?
    private(set) var exchange: Exchange?

    private var isReadable = false
    var isWritable = true
    private var peerClosed = false
    private(set) var isClosed = false
    /// Sending failed: `progress` closes the connection.
    var isBroken = false
    private var isProgressing = false
    private var closesAfterResponse = false
    /// The upstream of a tunnel has ended: so does this side, once everything is sent.
    var endsOutputWhenSent = false

    init(worker: Worker, peer: SocketAddress) {
        self.worker = worker
        self.peer = peer
        isTrusted = worker.snapshot.isTrusted(peer)
        parser = RequestHeadParser(limits: worker.snapshot.headLimits)
        decoder = BodyDecoder(.none, limits: worker.snapshot.headLimits)
        super.init()
    }

    /// Starts to wait for the first request.
    func opened() {
        setReadDeadline(worker.snapshot.settings.timeouts.keepAlive)
    }

    override func ready(_ readiness: Readiness) {
        if readiness.contains(.failed) {
            guard isTunnel, !isTunnelBroken else {
                // Both directions are gone: nobody will read the answer.
                clientGone()
                return
            }
            isReadable = true
        }
        if readiness.contains(.peerClosed) { peerClosed = true }
        if !readiness.isDisjoint(with: [.readable, .peerClosed]) { isReadable = true }
        if readiness.contains(.writable) { isWritable = true }
        progress()
    }

    // MARK: The turn of the wheel

    /// Does all that can be done now: sends, ends a finished exchange, uses what was received, receives.
    func progress() {
        guard !isProgressing, !isClosed else { return }
        isProgressing = true
        repeat {
            flush()
            while !isClosed {
                if isBroken {
                    close()
                } else if let exchange, exchange.state.isFinished {
                    end(exchange)
                } else if wantsInput, let inbound, !inbound.isEmpty, use(inbound) {
                    continue
                } else if wantsInput, isReadable {
                    receive()
                } else if pendingOutput >= worker.highWater, isWritable {
                    // Answers to pipelined requests piled up: the rest of them waits for room, which the socket may
                    // have.
                    flush()
                } else {
                    break
                }
            }
            flush()
            // Sending may have let the upstream go on, to its end.
        } while !isClosed && (isBroken || exchange?.state.isFinished == true || (pendingOutput > 0 && isWritable))
        isProgressing = false
        if peerClosed { limitHalfClosed() }
    }

    /// The upstream takes more of the body again: from now on the client's time for it runs.
    ///
    /// `progress`, which follows every event, reads it.
    func resumeBody() {
        if case .body = input { setReadDeadline(worker.snapshot.settings.timeouts.requestBody) }
    }

    private var wantsInput: Bool {
        switch input {
        // A request whose head has begun is still read when the gateway drains; a new one is not.
        case .head: (exchange != nil || !closesAfterResponse) && pendingOutput < worker.highWater
        case .body, .tunnel: exchange?.canTakeBody ?? true
        case .waiting: false
        case .discarding, .lingering: true
        }
    }

    private func receive() {
        if let inbound, !inbound.isEmpty {
            let space = inbound.reserve(4096)
            let count = received(
                Sockets.receive(descriptor, into: UnsafeMutableRawBufferPointer(space)),
                of: space.count
            )
            guard count > 0 else { return }
            inbound.commit(count)
            _ = use(inbound)
            return
        }
        let scratch = worker.room(worker.clientScratch)
        let count = received(Sockets.receive(descriptor, into: scratch), of: scratch.count)
        guard count > 0 else { return }
        let bytes = UnsafeBufferPointer(
            rebasing: UnsafeBufferPointer(scratch.assumingMemoryBound(to: UInt8.self))[0..<count]
        )
        var used = 0
        while used < count, !isClosed, wantsInput {
            let more = use(UnsafeBufferPointer(rebasing: bytes[used...]))
            if more == 0 { break }
            used += more
            if let exchange, exchange.state.isFinished { end(exchange) }
        }
        guard used < count, !isClosed else { return }
        let rest = inbound ?? worker.buffers.take()
        inbound = rest
        rest.append(UnsafeBufferPointer(rebasing: bytes[used...]))
    }

    private func received(_ transfer: Transfer, of capacity: Int) -> Int {
        switch transfer {
        case .bytes(let count):
            // A short read emptied the socket; an end that was announced must still be read.
            if count < capacity, !peerClosed { isReadable = false }
            return count
        case .wouldBlock:
            isReadable = false
        case .closed:
            isReadable = false
            inputEnded()
        case .failed:
            isReadable = false
            clientGone()
        }
        return 0
    }

    /// Uses what `buffer` holds.
    ///
    /// False when more bytes are needed first.
    private func use(_ buffer: ByteBuffer) -> Bool {
        let used = use(buffer.readable)
        // A connection that closes gently has given its buffer back meanwhile.
        guard !isClosed, buffer === inbound else { return true }
        buffer.consume(used)
        if buffer.isEmpty {
            worker.buffers.give(buffer)
            inbound = nil
        }
        return used > 0
    }

    private func use(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        switch input {
        case .head:
            return useHead(bytes)
        case .body:
            let used = useBody(bytes)
            if case .body = input { setReadDeadline(worker.snapshot.settings.timeouts.requestBody) }
            return used
        case .waiting:
            return 0
        case .tunnel:
            return useTunnel(bytes)
        case .discarding(let left):
            return discard(bytes, left: left)
        case .lingering(let left):
            if bytes.count >= left { close() } else { input = .lingering(left: left - bytes.count) }
            return bytes.count
        }
    }

    private func useHead(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let exchange = self.exchange ?? worker.takeExchange(for: self)
        let isFirstByte = self.exchange == nil
        self.exchange = exchange
        do throws(RequestError) {
            guard try parser.parse(bytes.span, into: &exchange.head) else {
                // The whole head has this long, however slowly it trickles.
                if isFirstByte { setReadDeadline(worker.snapshot.settings.timeouts.requestHead) }
                if worker.isOutOfMemory() {
                    closesAfterResponse = true
                    readDeadline = 0
                    exchange.refuse(.overloaded, bytes)
                    return bytes.count
                }
                return 0
            }
        } catch {
            closesAfterResponse = true
            readDeadline = 0
            exchange.refuse(.badRequest(error), bytes)
            return bytes.count
        }
        parser.reset()
        readDeadline = 0
        let length = exchange.head.length
        if !exchange.hasBody {
            input = .waiting
        } else {
            input = .body
            decoder = BodyDecoder(exchange.head.body, limits: worker.snapshot.headLimits)
            setReadDeadline(worker.snapshot.settings.timeouts.requestBody)
        }
        if !exchange.head.persistent { closesAfterResponse = true }
        exchange.receiveHead(UnsafeBufferPointer(rebasing: bytes[0..<length]))
        // With a body at hand the head goes with its first bytes; else at once, for the client may be waiting for 100.
        // As it does where nothing more is taken before something of it has gone.
        if !exchange.hasBody || bytes.count == length || !exchange.canTakeBody { exchange.flushUpstream() }
        return length
    }

    private func useBody(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let exchange else { return bytes.count }
        var offset = 0
        defer { exchange.flushUpstream() }
        while true {
            let step: ChunkedDecoder.Event
            do throws(FramingError) {
                step = try decoder.next(bytes.span, at: &offset)
            } catch {
                closesAfterResponse = true
                input = .lingering(left: Self.discardLimit)
                exchange.failed(.badRequestBody(error))
                return bytes.count
            }
            switch step {
            case .needMore:
                return offset
            case .data(let range):
                exchange.receiveBody(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[range]))
            case .end:
                readDeadline = 0
                input = .waiting
                exchange.receiveEnd(decoder)
                forgetBody()
                return offset
            }
        }
    }

    /// Lets go of a body's trailers.
    private func forgetBody() { decoder = BodyDecoder(.none, limits: worker.snapshot.headLimits) }

    private func discard(_ bytes: UnsafeBufferPointer<UInt8>, left: Int) -> Int {
        var offset = 0
        while true {
            let step = try? decoder.next(bytes.span, at: &offset)
            switch step {
            case .data: continue
            case .end:
                forgetBody()
                if closesAfterResponse {
                    closeGently()
                } else {
                    input = .head
                    setReadDeadline(worker.snapshot.settings.timeouts.keepAlive)
                }
                return offset
            case .needMore where left > offset:
                input = .discarding(left: left - offset)
                return offset
            case .needMore, nil:
                closeGently()
                return bytes.count
            }
        }
    }

    /// The client sends no more.
    ///
    /// What it asked for is still answered.
    private func inputEnded() {
        switch input {
        case .waiting: closesAfterResponse = true
        case .head, .body: clientGone()
        case .tunnel:
            input = .waiting
            exchange?.clientEndedTunnel()
        case .discarding, .lingering: close()
        }
    }

    func clientGone() {
        if let exchange { exchange.clientGone() }
        close()
    }

    // MARK: The end of an exchange

    /// Whether the response's connection ends with it; decides what the head says.
    var willClose: Bool { closesAfterResponse || worker.isDraining }

    func closeAfterResponse() { closesAfterResponse = true }

    private func end(_ exchange: Exchange) {
        let wasAborted = exchange.state.response == .aborted
        let endsWithConnection = exchange.isResponseUntilClose
        let mayFollowUnasked = exchange.isBodyUncertain
        self.exchange = nil
        exchange.finish()
        worker.giveExchange(exchange)
        // Of `timeouts.half_closed`.
        if case .waiting = input { readDeadline = 0 }
        if wasAborted {
            abort(reset: endsWithConnection)
            return
        }
        if worker.isDraining || mayFollowUnasked { closesAfterResponse = true }
        switch input {
        case .waiting where closesAfterResponse:
            closeGently()
        case .waiting:
            input = .head
            setReadDeadline(worker.snapshot.settings.timeouts.keepAlive)
        case .body where !closesAfterResponse:
            input = .discarding(left: Self.discardLimit)
            setReadDeadline(worker.snapshot.settings.timeouts.requestBody)
        case .body, .head, .tunnel, .lingering, .discarding:
            closeGently()
        }
    }

    /// Sends what is left, says that no more comes, and waits a little for the client to close.
    private func closeGently() {
        closesAfterResponse = true
        flush()
        guard !isClosed else { return }
        let nothingUnread = !isReadable && (inbound?.isEmpty ?? true)
        if pendingOutput == 0, case .waiting = input, nothingUnread {
            close()
            return
        }
        if let inbound {
            worker.buffers.give(inbound)
            self.inbound = nil
        }
        input = .lingering(left: Self.discardLimit)
        if pendingOutput == 0 { startLingering() } else if sendDeadline == 0 { setSendDeadline() }
    }

    func startLingering() {
        Sockets.shutdownWrite(descriptor)
        setReadDeadline(Self.lingerTime)
        if peerClosed, !isReadable { close() }
    }

    /// The response was broken off: the client must not take it for complete.
    ///
    /// Where the framing says how much is missing an end will do; a body that ends with its connection needs a reset.
    private func abort(reset: Bool) {
        flush()
        guard !isClosed else { return }
        if reset { Sockets.setLingerReset(descriptor) }
        close()
    }

    /// Breaks off at once: `timeouts.drain` is over.
    func cut() {
        if let exchange, exchange.state.mayAnswer {
            closesAfterResponse = true
            exchange.failed(.drainDeadline)
            flush()
        }
        exchange?.clientFailed(.drainDeadline)
        close()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        timer.cancel()
        if let exchange {
            self.exchange = nil
            exchange.clientGone()
            exchange.finish()
            worker.giveExchange(exchange)
        }
        if let inbound { worker.buffers.give(inbound) }
        if let outbound { worker.buffers.give(outbound) }
        inbound = nil
        outbound = nil
        let descriptor = self.descriptor
        worker.loop.unwatch(self)
        Sockets.close(descriptor)
        worker.removed(self)
    }

    /// The worker stops: an idle connection closes now, a busy one after its response.
    func drain() {
        closesAfterResponse = true
        guard exchange == nil, case .head = input else { return }
        if pendingOutput == 0 { close() } else { closeGently() }
    }
}
