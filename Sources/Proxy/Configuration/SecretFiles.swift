internal import Glibc

/// Where the secrets that a route file keeps out of itself are read from: `secret: { file: /run/secrets/session }`.
public struct SecretFiles: Sendable {
    /// What stands in a file.
    public struct Content: Sendable, Equatable {
        /// Its lines but the empty ones, each a secret.
        public var lines: [String]
        /// Whether everybody on this machine can read it.
        public var isWorldReadable: Bool

        /// Describes a file.
        public init(lines: [String], isWorldReadable: Bool = false) {
            self.lines = lines
            self.isWorldReadable = isWorldReadable
        }
    }

    /// Why a file is of no use, as the end of a sentence; it shows nothing of what stands in it.
    public struct Failure: Error, Equatable {
        /// `cannot be read: permission denied`.
        public let message: String

        /// Says why.
        public init(_ message: String) { self.message = message }
    }

    /// The largest file, in bytes: 64 KiB.
    static let limit = 64 << 10

    private let read: @Sendable (String) -> Result<Content, Failure>

    /// Reads files in a way of the caller's.
    public init(_ read: @escaping @Sendable (String) -> Result<Content, Failure>) { self.read = read }

    /// Those on the disk; a relative path begins where the route file is, wherever the process runs.
    public static func onDisk(beside routeFile: String) -> SecretFiles {
        let directory = routeFile.lastIndex(of: "/").map { String(routeFile[...$0]) } ?? ""
        return SecretFiles { path in content(path.hasPrefix("/") ? path : directory + path) }
    }

    /// The secrets in a file.
    public func content(of path: String) throws(Failure) -> Content { try read(path).get() }

    private static func content(_ path: String) -> Result<Content, Failure> {
        // Not blocking: a pipe that nobody writes into must not hold up a reload.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(Failure(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .failure(Failure(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .failure(Failure("is not a file")) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(Failure(errno)) }
            if count == 0 { break }
            bytes.append(contentsOf: part[..<count])
        }
        guard bytes.count <= limit else { return .failure(Failure("is larger than 64 KiB")) }
        guard let lines = lines(of: bytes) else {
            return .failure(Failure("holds bytes that are no text: `gateway secret` prints a secret"))
        }
        if lines.isEmpty { return .failure(Failure("is empty")) }
        return .success(Content(lines: lines, isWorldReadable: status.st_mode & S_IROTH != 0))
    }

    /// The lines without their ends, LF or CR LF; nil where a control character says that this is no text.
    static func lines(of bytes: [UInt8]) -> [String]? {
        var lines: [String] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty { continue }
            guard !line.contains(where: { $0 < 0x20 || $0 == 0x7f }), let text = String(validating: line, as: UTF8.self)
            else { return nil }
            lines.append(text)
        }
        return lines
    }
}

extension SecretFiles.Failure {
    fileprivate init(_ errno: Int32) {
        self.init("cannot be read: \(String(cString: strerror(errno)).lowercased())")
    }
}
