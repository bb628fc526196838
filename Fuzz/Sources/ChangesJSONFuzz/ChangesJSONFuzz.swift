import Harness
import Sessions

@c(LLVMFuzzerTestOneInput)
public func checkChangesJSON(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    checkJSON(bytes)
    let fields = ChangeFields(bytes)
    fields.checkSet()
    fields.checkFlash()
    fields.checkDelete()
    return 0
}

/// What is read and written is read as the same, and written as the same.
private func checkJSON(_ bytes: [UInt8]) {
    do {
        let value = try JSON.parse(bytes.span)
        var text: [UInt8] = []
        JSON.write(value, into: &text)
        must(text.allSatisfy { (0x20..<0x7F).contains($0) }, "JSON is written in ASCII without control bytes")
        guard let again = try? JSON.parse(text.span) else {
            fatalError("what was written is not read: \(String(decoding: text, as: UTF8.self))")
        }
        must(again == value, "what was written is read as it was")
        var second: [UInt8] = []
        JSON.write(again, into: &second)
        must(second == text, "there is one way to write a value")
    } catch {
        must((0...bytes.count).contains(error.offset), "an error is somewhere: \(error)")
    }
}

@main
struct ChangesJSONFuzz {
    static func main() { fuzz(checkChangesJSON) }
}
