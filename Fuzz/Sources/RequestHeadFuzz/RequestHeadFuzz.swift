import HTTP
import Harness

@c(LLVMFuzzerTestOneInput)
public func checkRequestHead(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    for limits in [HeadLimits(), HeadLimits(requestLine: 64, fields: 256, fieldCount: 6)] {
        let whole = Attempt(bytes.span, limits: limits)
        let piecemeal = Attempt(byteByByte: bytes.span, limits: limits)
        must(whole.isSame(as: piecemeal), "a head means the same however it was cut: \(whole.what), \(piecemeal.what)")
        if case .complete = whole.what { whole.checkHead(bytes.span, limits: limits) }
    }
    return 0
}

@main
struct RequestHeadFuzz {
    static func main() { fuzz(checkRequestHead) }
}
