/// What libFuzzer calls with each input.
public typealias OneInput = @convention(c) (UnsafePointer<UInt8>, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ target: OneInput
) -> CInt

/// Runs libFuzzer with the program's arguments until it has enough.
///
/// SwiftPM wants a `main` of ours, so libFuzzer's own is left out and its driver called instead.
public func fuzz(_ target: OneInput) {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    _ = runDriver(&count, &arguments, target)
}
