import LinuxIO

/// The deadlines of a connection, one for what is to come and one for what is to go, on one timer.
extension ClientConnection {
    func setReadDeadline(_ time: UInt64) {
        readDeadline = worker.loop.now + time
        arm(readDeadline)
    }

    func setSendDeadline() {
        // A tunnel has one time for both of its sides: `timeouts.tunnel`.
        if isTunnel { return }
        unsentAtDeadline = Sockets.unsent(descriptor)
        sendDeadline = worker.loop.now + worker.snapshot.settings.timeouts.send
        arm(sendDeadline)
    }

    /// A timer that is set earlier already stays: when it fires, it looks again.
    ///
    /// So a deadline that moves costs a comparison.
    private func arm(_ deadline: UInt64) {
        if timer.isArmed, timer.deadline <= deadline { return }
        timer.arm(after: deadline - worker.loop.now)
    }

    func timerFired() {
        let now = worker.loop.now
        if sendDeadline != 0, sendDeadline <= now, isSending {
            setSendDeadline()
        } else if sendDeadline != 0, sendDeadline <= now {
            exchange?.clientFailed(.sendTimeout)
            Sockets.setLingerReset(descriptor)
            close()
            return
        }
        if readDeadline != 0, readDeadline <= now {
            readDeadline = 0
            readTimedOut()
        }
        guard !isClosed else { return }
        let next = [readDeadline, sendDeadline].filter { $0 != 0 }.min()
        if let next { timer.arm(after: next > now ? next - now : 1) }
    }

    /// Whether the client has taken something since the deadline was set.
    ///
    /// The kernel has room for megabytes, and says so only when a third of it is free: a slow client that still reads
    /// would be taken for a dead one.
    private var isSending: Bool { Sockets.unsent(descriptor) < unsentAtDeadline }

    /// The client has ended its sending side, as one does that has gone: the answer begins soon, or not at all.
    func limitHalfClosed() {
        guard !isClosed, case .waiting = input, readDeadline == 0, exchange?.state.mayAnswer == true else { return }
        setReadDeadline(worker.snapshot.settings.timeouts.halfClosed)
    }

    private func readTimedOut() {
        // The last answer is still on its way, for which `sendDeadline` is there: it must not be cut off.
        if exchange == nil, pendingOutput > 0 {
            setReadDeadline(worker.snapshot.settings.timeouts.keepAlive)
            return
        }
        switch input {
        case .head:
            guard let exchange else {
                worker.counters.count(.keepAlive)
                close()
                return
            }
            closeAfterResponse()
            exchange.refuse(.requestHeadTimeout, inbound?.readable ?? UnsafeBufferPointer(start: nil, count: 0))
            progress()
        case .body:
            guard let exchange, exchange.canTakeBody else { return }
            closeAfterResponse()
            exchange.failed(.requestBodyTimeout)
            progress()
        case .waiting where exchange?.state.mayAnswer == true:
            exchange?.clientFailed(.halfClosedTimeout)
            close()
        case .waiting, .tunnel:
            break
        case .discarding, .lingering:
            close()
        }
    }
}
