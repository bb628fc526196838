import HTTP
import LinuxIO

/// The id a request has in logs and upstream: 128 random bits as hexadecimal text, or what a trusted proxy gave it.
struct RequestID {
    private var high: UInt64 = 0
    private var low: UInt64 = 0
    private var kept: ByteRange?

    init() {}

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    init(kept: ByteRange) {
        self.kept = kept
    }

    /// Writes it; `head` holds the bytes of the request it may have come with.
    func write(into buffer: ByteBuffer, head: Span<UInt8>) {
        if let kept {
            buffer.append(head.extracting(kept.range))
        } else {
            buffer.appendHex(high, padTo: 16)
            buffer.appendHex(low, padTo: 16)
        }
    }
}
