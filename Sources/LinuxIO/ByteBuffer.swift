import Glibc

/// Growable bytes of one thread: written at the end, read from the front.
///
/// Pointers into it (`readable`, `reserve`) are valid until the next call that appends, reserves or trims.
public final class ByteBuffer {
    /// Bytes it has room for without asking for more memory.
    public private(set) var capacity: Int
    private var storage: UnsafeMutablePointer<UInt8>
    private var front = 0
    private var end = 0
    private let account: MemoryAccount?

    /// An empty buffer with room for `capacity` bytes, by default 4096, which are written to an account if there is one.
    public init(capacity: Int = 4096, account: MemoryAccount? = nil) {
        self.capacity = max(capacity, 16)
        self.account = account
        storage = .allocate(capacity: self.capacity)
        account?.bytes += self.capacity
    }

    deinit {
        storage.deallocate()
        account?.bytes -= capacity
    }

    /// Bytes that can be read.
    public var count: Int { end - front }
    /// Whether there is nothing to read.
    public var isEmpty: Bool { end == front }
    /// The bytes themselves.
    public var readable: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: storage + front, count: end - front) }

    // MARK: Writing

    /// Adds bytes at the end.
    public func append(_ bytes: UnsafeBufferPointer<UInt8>) { append(UnsafeRawBufferPointer(bytes)) }

    /// Adds bytes at the end.
    public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        memcpy(room(for: bytes.count), source, bytes.count)
        end += bytes.count
    }

    /// Adds bytes at the end.
    public func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// Adds bytes at the end.
    public func append(_ bytes: Span<UInt8>) { bytes.withUnsafeBufferPointer { append(UnsafeRawBufferPointer($0)) } }

    /// Adds a literal's UTF-8 bytes at the end.
    public func append(_ literal: StaticString) {
        guard literal.hasPointerRepresentation else {
            return literal.withUTF8Buffer { append($0) }  // a literal of one character
        }
        append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Adds one byte at the end.
    public func append(_ byte: UInt8) {
        if end == capacity { _ = room(for: 1) }
        storage[end] = byte
        end += 1
    }

    /// Adds a number's decimal digits.
    public func appendDecimal(_ number: UInt64) {
        var digits = 1
        var rest = number
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        let target = room(for: digits)
        rest = number
        for index in stride(from: digits - 1, through: 0, by: -1) {
            target[index] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
            rest /= 10
        }
        end += digits
    }

    /// Adds a number's decimal digits, with a minus sign before a negative one.
    public func appendDecimal(_ number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        appendDecimal(UInt64(number.magnitude))
    }

    /// Adds a number's lower-case hexadecimal digits, with zeros before them up to `padTo` digits.
    public func appendHex(_ number: UInt64, padTo: Int = 0) {
        let digits = max(1, padTo, (64 - number.leadingZeroBitCount + 3) / 4)
        let target = room(for: digits)
        var rest = number
        for index in stride(from: digits - 1, through: 0, by: -1) {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            target[index] = digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
            rest >>= 4
        }
        end += digits
    }

    /// The free space at the end, at least `count` bytes of it: write there, then `commit`.
    public func reserve(_ count: Int) -> UnsafeMutableBufferPointer<UInt8> {
        let target = room(for: count)
        return UnsafeMutableBufferPointer(start: target, count: capacity - end)
    }

    /// The first `count` bytes of the reserved space have been written.
    public func commit(_ count: Int) {
        guard count >= 0, count <= capacity - end else { fatalError("committed more than was reserved") }
        end += count
    }

    // MARK: Reading

    /// The first `count` bytes have been read.
    public func consume(_ count: Int) {
        guard count >= 0, count <= end - front else { fatalError("consumed more than there is") }
        front += count
        if front == end {
            front = 0
            end = 0
        }
    }

    /// Forgets everything, keeps the memory.
    public func clear() {
        front = 0
        end = 0
    }

    /// Gives memory beyond `capacity` bytes back; does nothing unless the buffer is empty.
    public func trim(to capacity: Int) {
        let capacity = max(capacity, 16)
        guard isEmpty, self.capacity > capacity else { return }
        clear()
        storage.deallocate()
        storage = .allocate(capacity: capacity)
        account?.bytes -= self.capacity - capacity
        self.capacity = capacity
    }

    /// A pointer to at least `count` free bytes at the end: after moving the bytes to the front, or in new memory.
    private func room(for count: Int) -> UnsafeMutablePointer<UInt8> {
        if capacity - end < count { makeRoom(count) }
        return storage + end
    }

    @inline(never)
    private func makeRoom(_ count: Int) {
        let kept = end - front
        // Moving pays when at least as much is free as is moved; else a tight buffer would be moved again and again.
        if capacity - kept >= count, front >= kept {
            memmove(storage, storage + front, kept)
        } else {
            let larger = max(capacity * 2, kept + count)
            let replacement = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
            memcpy(replacement, storage + front, kept)
            storage.deallocate()
            storage = replacement
            account?.bytes += larger - capacity
            capacity = larger
        }
        front = 0
        end = kept
    }
}
