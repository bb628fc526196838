import Harness
import Redis

/// Reads what a Redis could have sent: whatever it is, in whatever pieces it comes, it is the same.
@c(LLVMFuzzerTestOneInput)
public func checkRedisReply(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    let whole = Reading(bytes) { $0.count }
    var random = Sequence64(seededBy: [UInt8](bytes).span)
    let inPieces = Reading(bytes) { Int.random(in: 1...max(1, min($0.count, 40)), using: &random) }
    let byteByByte = Reading(bytes) { _ in 1 }
    must(whole.replies.starts(with: inPieces.replies) || inPieces.replies.starts(with: whole.replies), "same replies")
    must(byteByByte.replies.starts(with: inPieces.replies) || inPieces.replies.starts(with: byteByByte.replies), "same")
    // What is broken is broken in any pieces; a bound may be met sooner where the end of a reply is seen later.
    must(whole.isBroken == byteByByte.isBroken || count > Reading.largest, "broken or not, in any pieces")
    must(whole.replies == byteByByte.replies || count > Reading.largest, "the same replies in any pieces")
    return 0
}

@main
struct RedisReplyFuzz {
    static func main() { fuzz(checkRedisReply) }
}
