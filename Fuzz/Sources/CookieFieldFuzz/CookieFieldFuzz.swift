import HTTP
import Harness

@c(LLVMFuzzerTestOneInput)
public func checkCookieField(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    checkPairs(bytes)
    checkCut(bytes)
    if let name = setCookieName(bytes.span) {
        must(!name.isEmpty && name.upperBound < bytes.count, "a name is inside, before its `=`")
        must(!bytes[name].contains(0x3D) && !bytes[name].contains(0x3B), "a name has neither `=` nor `;`")
    }
    return 0
}

/// The pairs are the whole value, each read as a server reads it.
private func checkPairs(_ bytes: [UInt8]) {
    var pairs = CookiePairs()
    var position = 0
    while let pair = pairs.next(bytes.span) {
        must(pair.segment.lowerBound == position, "segments follow one another")
        position = pair.segment.upperBound + 1
        must(position - 1 == bytes.count || bytes[position - 1] == 0x3B, "a segment ends at `;` or at the end")
        must(!bytes[pair.segment].contains(0x3B), "no segment has a `;`")
        must(pair.segment.contains(pair.name) && pair.segment.contains(pair.value), "name and value are inside")
        must(!bytes[pair.name].contains(0x3D), "a name ends at the first `=`")
        must(pair.hasName == bytes[pair.segment].contains(0x3D), "a pair without `=` has no name")
        must(pair.name.upperBound <= pair.value.lowerBound || !pair.hasName, "the name stands before the value")
    }
    must(position == (bytes.isEmpty ? 0 : bytes.count + 1), "the segments are the whole value")
}

/// Cutting the first pair's name out of the field, as a Null route does, leaves the others in their order.
private func checkCut(_ bytes: [UInt8]) {
    var walk = CookiePairs()
    guard let first = walk.next(bytes.span), first.hasName else { return }
    let unwanted = Array(bytes[first.name])
    var rest: [[UInt8]] = []
    while let pair = walk.next(bytes.span) {
        if !pair.hasName || Array(bytes[pair.name]) != unwanted { rest.append(Array(bytes[pair.segment])) }
    }
    let cut = Array(rest.joined(separator: [0x3B]))
    var again: [[UInt8]] = []
    var secondWalk = CookiePairs()
    while let pair = secondWalk.next(cut.span) { again.append(Array(cut[pair.segment])) }
    must(again == rest || cut.isEmpty, "what is left is read as it was")
}

extension Range<Int> {
    fileprivate func contains(_ other: Range<Int>) -> Bool {
        lowerBound <= other.lowerBound && other.upperBound <= upperBound
    }
}

@main
struct CookieFieldFuzz {
    static func main() { fuzz(checkCookieField) }
}
