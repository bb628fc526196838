import HTTP
import LinuxIO

/// A run of field lines that are copied in one piece.
struct FieldRun {
    /// Where it begins; -1 when nothing follows.
    var start: Int

    func cut(before line: FieldLine, _ bytes: Span<UInt8>, into out: ByteBuffer) {
        cut(at: Int(line.name.lower), bytes, into: out)
    }

    func cut(at end: Int, _ bytes: Span<UInt8>, into out: ByteBuffer) {
        guard start >= 0, end > start else { return }
        out.append(bytes.extracting(start..<end))
    }
}
