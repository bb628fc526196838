/// Ends the program, and with it the fuzzer's run, when something that has to hold does not.
///
/// Not `precondition`: that says nothing in release builds.
public func must(
    _ condition: Bool,
    _ claim: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) {
    guard condition else { fatalError("does not hold: \(claim())", file: file, line: line) }
}
