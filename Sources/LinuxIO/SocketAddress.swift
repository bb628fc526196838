import CLinux
import Glibc

/// Where a socket is bound, or who is at its other end: IPv4, IPv6 or a unix socket's path.
public struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
    /// Which kind of address it is.
    public enum Family: Sendable { case v4, v6, unix }

    /// Which kind of address it is.
    public let family: Family
    /// The upper half of the 16 address bytes, as a number; IPv4 is mapped (`::ffff:a.b.c.d`).
    public let ipHigh: UInt64
    /// The lower half of the 16 address bytes, as a number.
    public let ipLow: UInt64
    /// The port; 0 for a unix socket.
    public let port: UInt16
    /// A unix socket's path; empty for the others and for a client that has none.
    public let path: String
    private let scope: UInt32

    /// Whether this is a unix socket.
    public var isUnix: Bool { family == .unix }

    private init(_ family: Family, high: UInt64, low: UInt64, port: UInt16, path: String = "", scope: UInt32 = 0) {
        self.family = family
        ipHigh = high
        ipLow = low
        self.port = port
        self.path = path
        self.scope = scope
    }

    /// A unix socket at this path.
    public init(unixPath path: String) { self.init(.unix, high: 0, low: 0, port: 0, path: path) }

    /// Reads `127.0.0.1:80`, `[::1]:80` or `unix:/path`; nil for anything else.
    ///
    /// Names are not looked up.
    public init?(parsing text: String) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst(5)
            // The kernel's room for a path is 108 bytes with its end.
            guard !path.isEmpty, path.utf8.count < 108, !path.utf8.contains(0) else { return nil }
            self.init(unixPath: String(path))
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        self.init(host: text[..<colon], port: port)
    }

    private init?(host: Substring, port: UInt16) {
        if host.hasPrefix("["), host.hasSuffix("]") {
            var address = in6_addr()
            guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1 else { return nil }
            let (high, low) = Self.halves(address)
            self.init(.v6, high: high, low: low, port: port)
        } else {
            var address = in_addr()
            guard inet_pton(AF_INET, String(host), &address) == 1 else { return nil }
            self.init(v4: address, port: port)
        }
    }

    private init(v4 address: in_addr, port: UInt16) {
        let mapped = 0xffff_0000_0000 | UInt64(UInt32(bigEndian: address.s_addr))
        self.init(.v4, high: 0, low: mapped, port: port)
    }

    // MARK: Writing

    /// Adds the address without its port, as in `203.0.113.7` or `2001:db8::1`, without allocating.
    ///
    /// An IPv4 client of an IPv6 listener is written as IPv4; a unix socket as `unix:`.
    public func writeIP(into buffer: ByteBuffer) {
        guard family != .unix else { return buffer.append("unix:") }
        let room = buffer.reserve(64)
        let length = withUnsafeBytes(of: (ipHigh.bigEndian, ipLow.bigEndian)) { bytes -> Int in
            guard let target = room.baseAddress, let start = bytes.baseAddress else { return 0 }
            let mapped = ipHigh == 0 && ipLow >> 32 == 0xffff
            let text = UnsafeMutableRawPointer(target).assumingMemoryBound(to: CChar.self)
            // RFC 5952: inet_ntop writes the shortest form.
            guard inet_ntop(mapped ? AF_INET : AF_INET6, mapped ? start + 12 : start, text, 64) != nil else { return 0 }
            return strlen(text)
        }
        buffer.commit(length)
    }

    /// As `init(parsing:)` reads it.
    public var description: String {
        guard family != .unix else { return "unix:\(path)" }
        let buffer = ByteBuffer(capacity: 64)
        writeIP(into: buffer)
        let ip = String(decoding: buffer.readable, as: UTF8.self)
        return ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }

    // MARK: The kernel's form

    /// Reads the address the kernel has written; nil for a family other than the three.
    init?(_ storage: UnsafeRawPointer, length: socklen_t) {
        guard Int(length) >= MemoryLayout<sa_family_t>.size else { return nil }
        switch Int32(storage.load(as: sa_family_t.self)) {
        case AF_INET:
            let kernel = storage.load(as: sockaddr_in.self)
            self.init(v4: kernel.sin_addr, port: UInt16(bigEndian: kernel.sin_port))
        case AF_INET6:
            let kernel = storage.load(as: sockaddr_in6.self)
            let (high, low) = Self.halves(kernel.sin6_addr)
            self.init(.v6, high: high, low: low, port: UInt16(bigEndian: kernel.sin6_port), scope: kernel.sin6_scope_id)
        case AF_UNIX:
            let offset = MemoryLayout<sa_family_t>.size
            let bytes = UnsafeRawBufferPointer(start: storage + offset, count: Int(length) - offset)
            self.init(unixPath: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
        default:
            return nil
        }
    }

    /// Calls `body` with the kernel's form.
    func withKernelForm<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch family {
        case .v4:
            var kernel = sockaddr_in()
            kernel.sin_family = sa_family_t(AF_INET)
            kernel.sin_port = port.bigEndian
            kernel.sin_addr.s_addr = UInt32(truncatingIfNeeded: ipLow).bigEndian
            return Self.pass(&kernel, body)
        case .v6:
            var kernel = sockaddr_in6()
            kernel.sin6_family = sa_family_t(AF_INET6)
            kernel.sin6_port = port.bigEndian
            kernel.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &kernel.sin6_addr) { bytes in
                bytes.storeBytes(of: ipHigh.bigEndian, as: UInt64.self)
                bytes.storeBytes(of: ipLow.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return Self.pass(&kernel, body)
        case .unix:
            var kernel = sockaddr_un()
            kernel.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &kernel.sun_path) { room in
                // One byte less: the path ends with a zero.
                room.prefix(room.count - 1).copyBytes(from: path.utf8.prefix(room.count - 1))
            }
            return Self.pass(&kernel, body)
        }
    }

    private static func pass<Kernel, Result>(
        _ kernel: inout Kernel,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &kernel) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Kernel>.size)) }
        }
    }

    private static func halves(_ address: in6_addr) -> (UInt64, UInt64) {
        withUnsafeBytes(of: address) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
