import Testing

@testable import Proxy

struct CompiledEditsTests {
    @Test func `no edits are none`() {
        #expect(CompiledEdits(HeaderEdits()) == nil)
    }

    @Test func `what is set is taken out first and written before what is added`() throws {
        var edits = HeaderEdits()
        edits.add = [.init(name: "X-B", value: "2")]
        edits.set = [
            .init(name: "X-A", value: "1"), .init(name: "HOST", value: "h"), .init(name: "X-Empty", value: ""),
        ]
        edits.remove = ["X-C"]
        let compiled = try #require(CompiledEdits(edits))
        #expect(compiled.host == Array("h".utf8))
        #expect(Sample.written { compiled.writeAdded(into: $0) } == "X-A: 1\nX-Empty: \nX-B: 2\n")
        for name in ["x-a", "X-A", "x-c", "host", "X-EMPTY"] { #expect(compiled.removes(name), "\(name)") }
        for name in ["X-B", "X-AA", "X_A", ""] { #expect(!compiled.removes(name), "\(name)") }
    }
}
