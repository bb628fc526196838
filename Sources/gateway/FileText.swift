internal import Glibc

/// Whole files as text, at start-up only.
enum FileText {
    /// Why a file cannot be used.
    struct Failure: Error {
        let errno: Int32
        let description: String

        init(_ errno: Int32) {
            self.errno = errno
            description = String(cString: strerror(errno)).lowercased()
        }

        init(_ description: String) {
            errno = 0
            self.description = description
        }
    }

    /// The largest route file.
    private static let limit = 16 << 20

    /// Reads a file of at most 16 MiB of UTF-8; `-` is standard input.
    static func read(_ path: String) -> Result<String, Failure> {
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(Failure(errno)) }
        defer { if descriptor > 0 { close(descriptor) } }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(Failure(errno)) }
            if count == 0 { break }
            bytes.append(contentsOf: part[..<count])
            guard bytes.count <= limit else { return .failure(Failure("larger than 16 MiB")) }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return .failure(Failure("not UTF-8")) }
        return .success(text)
    }

    /// Writes a file; without `replacing` one that is there is left alone, and the failure is `EEXIST`.
    static func write(_ text: String, to path: String, replacing: Bool) -> Failure? {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replacing ? O_TRUNC : O_EXCL)
        let descriptor = open(path, flags, 0o644)
        guard descriptor >= 0 else { return Failure(errno) }
        defer { close(descriptor) }
        return writeAll(Array(text.utf8), to: descriptor) ? nil : Failure(errno)
    }

    /// Writes all bytes; false with `errno` set if it cannot.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
