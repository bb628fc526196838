import Glibc

/// One blocking connection, the client's or the origin's end: raw bytes, every wait bounded by a deadline.
final class Wire {
    /// How the peer ended the connection.
    enum End: Equatable {
        case closed
        case reset
    }

    /// How much one read asks for.
    static let readSize = 65536

    let descriptor: Int32
    /// Told of each message head that is read, verbatim.
    var observer: ((Message) -> Void)?
    /// How the peer ended the connection, once it is known.
    private(set) var end: End?
    private var unread: [UInt8] = []
    private var start = 0
    private var isOpen = true

    /// Takes over a connected socket.
    init(_ connected: Int32) {
        descriptor = connected
        _ = fcntl(connected, F_SETFL, fcntl(connected, F_GETFL) | O_NONBLOCK)
        var one: Int32 = 1
        setsockopt(connected, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Connects.
    convenience init(to endpoint: Endpoint, receiveBuffer: Int32? = nil) throws(HarnessError) {
        let fd = socket(endpoint.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard fd >= 0 else { throw .system("socket", errno: errno) }
        if var size = receiveBuffer {
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        guard endpoint.withSocketAddress({ connect(fd, $0, $1) }) == 0 else {
            let reason = errno
            _ = Glibc.close(fd)
            throw .system("connect \(endpoint)", errno: reason)
        }
        self.init(fd)
    }

    deinit { close() }

    // MARK: sending

    /// Sends all of it.
    func send(_ text: String) throws(HarnessError) { try send(Array(text.utf8)) }

    /// Sends all of it.
    func send(_ bytes: [UInt8], _ deadline: Deadline = Deadline()) throws(HarnessError) {
        var sent = 0
        while sent < bytes.count {
            switch sendSome(bytes[sent...]) {
            case .some(let count) where count > 0: sent += count
            case .some: try wait(POLLOUT, deadline, "room to send byte \(sent) of \(bytes.count)")
            case .none: throw .closed("while sending byte \(sent) of \(bytes.count), errno \(errno)")
            }
        }
    }

    /// Sends each byte in a segment of its own.
    func sendByteByByte(_ text: String) throws(HarnessError) {
        for byte in text.utf8 { try send([byte]) }
    }

    /// Sends `part` again and again until the peer takes no more for `patience`, or `limit` bytes are gone; says how many went.
    func sendUntilBlocked(
        _ part: [UInt8] = [UInt8](repeating: 0x61, count: Wire.readSize),
        limit: Int,
        patience: Duration = .milliseconds(700)
    ) throws(HarnessError) -> Int {
        var sent = 0
        while sent < limit {
            let rest = part[(sent % part.count)...]
            guard let count = sendSome(rest.prefix(limit - sent)) else {
                throw .closed("while flooding, after \(sent) bytes")
            }
            sent += count
            if count == 0, !isReady(POLLOUT, Deadline(after: patience)) { return sent }
        }
        return sent
    }

    /// Says that nothing more will be sent.
    func shutdownWrite() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes politely.
    func close() {
        guard isOpen else { return }
        isOpen = false
        _ = Glibc.close(descriptor)
    }

    /// Closes with RST.
    func reset() {
        var hard = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    // MARK: receiving

    /// Bytes that came and were not read yet.
    var pending: ArraySlice<UInt8> { unread[start...] }

    /// Reads exactly so many bytes.
    func readExactly(_ count: Int, _ deadline: Deadline = Deadline()) throws(HarnessError) -> [UInt8] {
        while pending.count < count {
            guard try fill(deadline) else { throw .closed("\(pending.count) of \(count) bytes had come") }
        }
        return take(count)
    }

    /// Reads up to and with the first `mark`; nil when the peer ends before its first byte.
    func read(through mark: [UInt8], _ deadline: Deadline = Deadline()) throws(HarnessError) -> [UInt8]? {
        var looked = start
        while true {
            if let found = firstIndex(of: mark, from: looked) { return take(found + mark.count - start) }
            let seen = pending.count
            guard try fill(deadline) else {
                guard seen > 0 else { return nil }
                throw .closed("in the middle of: \(Latin1.text(pending.prefix(500)))")
            }
            looked = start + max(0, seen - mark.count)
        }
    }

    /// Everything until the peer ends the connection.
    func readUntilClose(_ deadline: Deadline = Deadline()) throws(HarnessError) -> [UInt8] {
        while try fill(deadline) {}
        return take(pending.count)
    }

    /// Asserts that the peer ends the connection and sends nothing more.
    func expectClosed(_ deadline: Deadline = Deadline()) throws(HarnessError) {
        let rest = try readUntilClose(deadline)
        guard rest.isEmpty else { throw .malformed("instead of the end came: \(Latin1.text(rest.prefix(500)))") }
    }

    /// Whether something can be read, or the end seen, within the time given.
    func isReadable(within patience: Duration) -> Bool {
        !pending.isEmpty || end != nil || isReady(POLLIN, Deadline(after: patience))
    }

    /// Receives what has come; false at the end of the stream.
    private func fill(_ deadline: Deadline) throws(HarnessError) -> Bool {
        if end != nil { return false }
        try wait(POLLIN, deadline, "more bytes; so far: \(Latin1.text(pending.prefix(500)))")
        var chunk = [UInt8](repeating: 0, count: Self.readSize)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else {
            if count < 0, errno == EAGAIN { return true }
            end = count == 0 ? .closed : .reset
            return false
        }
        unread.append(contentsOf: chunk[..<count])
        return true
    }

    private func take(_ count: Int) -> [UInt8] {
        let taken = Array(unread[start..<start + count])
        start += count
        if start == unread.count {
            unread.removeAll(keepingCapacity: true)
            start = 0
        }
        return taken
    }

    private func firstIndex(of mark: [UInt8], from: Int) -> Int? {
        guard unread.count >= from + mark.count else { return nil }
        return (from...(unread.count - mark.count)).first { at in
            unread[at] == mark[0] && unread[at..<at + mark.count].elementsEqual(mark)
        }
    }

    /// How many bytes the kernel took: 0 when it has no room, nil when the connection is gone.
    private func sendSome(_ bytes: ArraySlice<UInt8>) -> Int? {
        let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count >= 0 { return count }
        return errno == EAGAIN ? 0 : nil
    }

    private func isReady(_ events: Int32, _ deadline: Deadline) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&entry, 1, deadline.milliseconds) > 0
    }

    private func wait(_ events: Int32, _ deadline: Deadline, _ what: @autoclosure () -> String) throws(HarnessError) {
        guard isReady(events, deadline) else { throw .timeout(what()) }
    }
}
