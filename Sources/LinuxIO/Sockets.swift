import CLinux
import Glibc

/// Calls on socket descriptors, each one system call, with results that are values.
public enum Sockets {
    // MARK: Listening

    /// A listening socket: non-blocking, closed on exec, connections without Nagle's delay.
    ///
    /// `[::]` listens for IPv4 too, as `[::]:80` reads to most people. A unix socket left behind by a process that is
    /// gone is replaced; one that somebody listens on is an error.
    ///
    /// - Parameters:
    ///   - reusePort: several sockets may listen on one TCP address, and the kernel spreads connections among them.
    ///   - mode: who may connect to a unix socket, by default whoever the process's umask lets.
    ///   - backlog: connections the kernel keeps waiting, by default 4096 (and never more than `net.core.somaxconn`).
    /// - Throws: ``IOError`` that names the address.
    public static func listen(
        _ address: SocketAddress,
        reusePort: Bool,
        mode: UInt32? = nil,
        backlog: Int32 = 4096
    ) throws(IOError) -> Int32 {
        let descriptor = try open(address)
        do throws(IOError) {
            if !address.isUnix { try prepare(descriptor, address, reusePort: reusePort) }
            if address.isUnix { removeStale(address) }
            // Linux makes the file with the socket's mode: there is no moment at which others may connect.
            if let mode, fchmod(descriptor, mode) != 0 { throw IOError("fchmod \(address)") }
            guard address.withKernelForm({ bind(descriptor, $0, $1) }) == 0 else { throw IOError("bind \(address)") }
            guard Glibc.listen(descriptor, backlog) == 0 else { throw IOError("listen \(address)") }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// The address a socket is bound to: tells which port the kernel chose for port 0.
    public static func boundAddress(_ descriptor: Int32) -> SocketAddress? {
        withUnsafeTemporaryAllocation(of: sockaddr_storage.self, capacity: 1) { storage in
            guard let start = storage.baseAddress else { return nil }
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let result = start.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
            return result == 0 ? SocketAddress(start, length: length) : nil
        }
    }

    /// Takes one waiting connection.
    public static func accept(_ listener: Int32) -> Accepted {
        withUnsafeTemporaryAllocation(of: sockaddr_storage.self, capacity: 1) { storage in
            guard let start = storage.baseAddress else { return .failed }
            while true {
                var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                let descriptor = start.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    linux_accept(listener, $0, &length)
                }
                if descriptor >= 0 {
                    guard let peer = SocketAddress(start, length: length) else {
                        close(descriptor)
                        return .failed
                    }
                    return .connection(descriptor, peer)
                }
                switch errno {
                case EINTR: continue
                case EAGAIN: return .wouldBlock
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(errno)
                default: return .failed
                }
            }
        }
    }

    private static func open(_ address: SocketAddress) throws(IOError) -> Int32 {
        let domain =
            switch address.family {
            case .v4: AF_INET
            case .v6: AF_INET6
            case .unix: AF_UNIX
            }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(domain, type, 0)
        guard descriptor >= 0 else { throw IOError("socket for \(address)") }
        return descriptor
    }

    private static func prepare(_ descriptor: Int32, _ address: SocketAddress, reusePort: Bool) throws(IOError) {
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // A restart must not wait for the old connections' TIME_WAIT.
        guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size) == 0 else { throw IOError("SO_REUSEADDR") }
        if reusePort, linux_set_reuse_port(descriptor) != 0 { throw IOError("SO_REUSEPORT") }
        // Accepted sockets inherit it.
        guard linux_set_no_delay(descriptor) == 0 else { throw IOError("TCP_NODELAY") }
        if address.family == .v6, linux_set_v6_only(descriptor, 0) != 0 { throw IOError("IPV6_V6ONLY") }
    }

    /// Removes a unix socket's file when connecting to it is refused, which says that nobody listens.
    private static func removeStale(_ address: SocketAddress) {
        guard let probe = try? open(address) else { return }
        let result = address.withKernelForm { connect(probe, $0, $1) }
        let refused = result != 0 && errno == ECONNREFUSED
        close(probe)
        // Connecting to any other file is refused too.
        var file = stat()
        if refused, lstat(address.path, &file) == 0, file.st_mode & S_IFMT == S_IFSOCK { unlink(address.path) }
    }

    /// Connects to a unix socket and waits for it: for commands, not for loops.
    ///
    /// - Parameter seconds: how long reading and writing may take each time.
    /// - Throws: ``IOError`` that names the address.
    public static func connectWaiting(_ address: SocketAddress, seconds: Int) throws(IOError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw IOError("socket for \(address)") }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard address.withKernelForm({ connect(descriptor, $0, $1) }) == 0 else {
            let error = IOError("connect \(address)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    // MARK: Moving bytes

    /// Reads what is there, at most the room given, which must not be empty.
    public static func receive(_ descriptor: Int32, into room: UnsafeMutableRawBufferPointer) -> Transfer {
        while true {
            let count = recv(descriptor, room.baseAddress, room.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .closed }
            guard errno == EINTR else { return outcome(errno) }
        }
    }

    /// Writes as many bytes as the kernel takes.
    public static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Transfer {
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            guard errno == EINTR else { return outcome(errno) }
        }
    }

    /// Writes as many bytes of the three, in their order, as the kernel takes: one call, one segment where it fits.
    public static func send(
        _ descriptor: Int32,
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer,
        _ third: UnsafeRawBufferPointer
    ) -> Transfer {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 3) { parts in
            var used = 0
            func add(_ bytes: UnsafeRawBufferPointer) {
                guard !bytes.isEmpty else { return }
                let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)  // sendmsg only reads
                parts.initializeElement(at: used, to: iovec(iov_base: start, iov_len: bytes.count))
                used += 1
            }
            add(first)
            add(second)
            add(third)
            var message = msghdr()
            message.msg_iov = parts.baseAddress
            message.msg_iovlen = used
            while true {
                let count = sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
                if count >= 0 { return .bytes(count) }
                guard errno == EINTR else { return outcome(errno) }
            }
        }
    }

    /// Looks whether something could be read, and leaves it there: `wouldBlock` means a live and quiet connection.
    public static func peek(_ descriptor: Int32) -> Transfer {
        var byte: UInt8 = 0
        while true {
            let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
            if count > 0 { return .bytes(count) }
            if count == 0 { return .closed }
            guard errno == EINTR else { return outcome(errno) }
        }
    }

    /// How many bytes the kernel still holds that the peer has not acknowledged; 0 when it does not say.
    public static func unsent(_ descriptor: Int32) -> Int { Int(linux_unsent(descriptor)) }

    private static func outcome(_ error: Int32) -> Transfer { error == EAGAIN ? .wouldBlock : .failed(error) }

    // MARK: Ending

    /// Says that no more will be sent; the peer reads the end of the stream.
    public static func shutdownWrite(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes the coming `close` a reset: what is unsent is thrown away and the peer reads an error.
    public static func setLingerReset(_ descriptor: Int32) {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    /// Gives the descriptor back; unwatch it before.
    public static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }
}
