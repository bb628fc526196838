import LinuxIO

/// What goes to the client: gathered in one buffer, sent in as few system calls as can be, held back while the socket
/// is full.
extension ClientConnection {
    var canTakeMore: Bool { pendingOutput < worker.highWater && (isWritable || pendingOutput == 0) }

    /// Below this size copying a part costs less than a system call of its own, in bytes.
    private static let shortPart = 1024

    var pendingOutput: Int { outbound?.count ?? 0 }

    /// Where heads are written.
    ///
    /// Nothing is sent before `flush`.
    var output: ByteBuffer {
        if let outbound { return outbound }
        let buffer = worker.buffers.take()
        outbound = buffer
        return buffer
    }

    /// Sends a part of a body at once unless it is short, with what was written before it, in one system call.
    func send(_ bytes: UnsafeRawBufferPointer, _ ending: StaticString) {
        guard !isClosed, !isBroken else { return }
        let tail = UnsafeRawBufferPointer(start: ending.utf8Start, count: ending.utf8CodeUnitCount)
        // A short part goes with what follows it, at the latest when this event is dealt with.
        guard isWritable, bytes.count >= Self.shortPart else {
            output.append(bytes)
            output.append(tail)
            return
        }
        let head = outbound.map { UnsafeRawBufferPointer($0.readable) } ?? UnsafeRawBufferPointer(start: nil, count: 0)
        let total = head.count + bytes.count + tail.count
        var sent = 0
        switch Sockets.send(descriptor, head, bytes, tail) {
        case .bytes(let count): sent = count
        case .wouldBlock: break
        case .closed, .failed:
            sendingFailed()
            return
        }
        worker.counters.bytesOut += UInt64(sent)
        if sent == total {
            allSent()
            return
        }
        isWritable = false
        setSendDeadline()
        let rest = output
        rest.consume(min(sent, head.count))
        let skippedBody = max(0, min(sent - head.count, bytes.count))
        rest.append(UnsafeRawBufferPointer(rebasing: bytes[skippedBody...]))
        let skippedTail = max(0, sent - head.count - bytes.count)
        rest.append(UnsafeRawBufferPointer(rebasing: tail[skippedTail...]))
    }

    /// Sends what the socket takes.
    func flush() {
        guard let outbound, isWritable, !isClosed, !isBroken else { return }
        if outbound.isEmpty {
            allSent()
            return
        }
        let bytes = UnsafeRawBufferPointer(outbound.readable)
        switch Sockets.send(descriptor, bytes) {
        case .bytes(let count):
            worker.counters.bytesOut += UInt64(count)
            outbound.consume(count)
            if outbound.isEmpty {
                allSent()
            } else {
                isWritable = false
                setSendDeadline()
            }
        case .wouldBlock:
            isWritable = false
            if sendDeadline == 0 { setSendDeadline() }
        case .closed, .failed:
            sendingFailed()
        }
    }

    private func allSent() {
        sendDeadline = 0
        if let outbound {
            worker.buffers.give(outbound)
            self.outbound = nil
        }
        if endsOutputWhenSent {
            endsOutputWhenSent = false
            Sockets.shutdownWrite(descriptor)
        }
        if case .lingering = input { startLingering() }
        exchange?.clientCanTakeMore()
    }

    /// Nobody takes what is sent any more.
    ///
    /// The connection is closed by `progress`, which follows every event: the exchange may be in the middle of its upstream's bytes
    /// here, and must not end under its own feet.
    private func sendingFailed() {
        isBroken = true
        outbound?.clear()
        exchange?.clientGone()
    }
}
