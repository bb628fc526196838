import HTTP
import Harness

@c(LLVMFuzzerTestOneInput)
public func checkChunkedBody(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    var sequence = Sequence64(seededBy: bytes.span)
    for limits in [HeadLimits(), HeadLimits(requestLine: 64, fields: 128, fieldCount: 4)] {
        let whole = Decoding(bytes, cutAt: { $0 }, limits: limits)
        let piecemeal = Decoding(bytes, cutAt: { _ in 1 }, limits: limits)
        let random = Decoding(
            bytes,
            cutAt: { Int.random(in: 1...max(1, min($0, 40)), using: &sequence) },
            limits: limits
        )
        must(whole == piecemeal, "decoding a byte at a time is decoding at once: \(whole), \(piecemeal)")
        must(whole == random, "decoding does not depend on the cuts: \(whole), \(random)")
        whole.checkTrailers()
    }
    checkRoundTrip(bytes, &sequence)
    checkLength(bytes, &sequence)
    return 0
}

/// What is written in chunks of any sizes is what comes out.
private func checkRoundTrip(_ body: [UInt8], _ sequence: inout Sequence64) {
    var text: [UInt8] = []
    var position = 0
    while position < body.count {
        let count = Int.random(in: 1...(body.count - position), using: &sequence)
        text += Array(String(count, radix: 16, uppercase: count.isMultiple(of: 2)).utf8)
        if count.isMultiple(of: 3) { text += Array(";a=\"b;c\"".utf8) }
        text += [0x0D, 0x0A] + body[position..<(position + count)] + [0x0D, 0x0A]
        position += count
    }
    text += Array("0\r\nX-Sum: 1\r\n\r\n".utf8)
    let length = text.count
    // What follows belongs to the next message.
    text += body
    let decoding = Decoding(
        text,
        cutAt: { Int.random(in: 1...max(1, $0), using: &sequence) },
        limits: HeadLimits()
    )
    must(decoding.outcome == .end && decoding.consumed == length, "a chunked body ends where it ends: \(decoding)")
    must(decoding.data == body, "a body comes out as it went in")
    must(decoding.trailers.count == 1, "its trailer field too")
}

/// A body of a given length is so many bytes and no more.
private func checkLength(_ bytes: [UInt8], _ sequence: inout Sequence64) {
    let length = Int.random(in: 0...(bytes.count + 1), using: &sequence)
    var decoder = BodyDecoder(.length(UInt64(length)), limits: HeadLimits())
    var taken = 0
    var offset = 0
    do {
        while case .data(let range) = try decoder.next(bytes.span, at: &offset) {
            must(range.lowerBound == taken && range.upperBound == offset, "a body is all the bytes in their order")
            taken = range.upperBound
        }
    } catch {
        must(false, "a body with a length cannot be wrong: \(error)")
    }
    must(taken == min(length, bytes.count) && decoder.isComplete == (length <= bytes.count), "a length is kept")
}

@main
struct ChunkedBodyFuzz {
    static func main() { fuzz(checkChunkedBody) }
}
