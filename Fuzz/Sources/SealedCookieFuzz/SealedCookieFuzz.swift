import Harness
import Sessions

@c(LLVMFuzzerTestOneInput)
public func checkSealedCookie(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    let vault = Vault.shared
    vault.mustNotOpen(bytes, "bytes that were not sealed here")
    // With a head of ours in front the key is known, and the cipher itself has to refuse.
    vault.mustNotOpen(vault.head + bytes, "bytes behind a head of ours")
    vault.checkRoundTrip(bytes)
    return 0
}

@main
struct SealedCookieFuzz {
    static func main() { fuzz(checkSealedCookie) }
}
